"""Posts of a page or person. Written after the documentation; nobody has run it there yet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings

from tasks.social.channel import (
    Capabilities,
    Card,
    Channel,
    Consent,
    Health,
    Limits,
    Published,
    Rejected,
    Rendered,
    Ticket,
    Unknown,
)
from tasks.social.images import jpeg
from tasks.social.linkedin.api import call, json_of
from tasks.social.linkedin.forms import LinkedInForm
from tasks.social.linkedin.text import little
from tasks.social.meta.oauth import app_of, consent, ends_in

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

OAUTH = "https://www.linkedin.com/oauth/v2"
SCOPES = "w_organization_social r_organization_social"
LIMITS = Limits(max_length=3000, max_images=1, image_bytes=5_000_000, alt_length=4086)
TITLE, DESCRIPTION = 400, 4000


class LinkedInChannel(Channel):
    """A post with an article; its title, text and picture are sent along."""

    slug = "linkedin"
    verbose_name = "LinkedIn"
    experimental = True
    capabilities = Capabilities(edit=True, images=True, alt_text=True, oauth=True, card=Card.CLIENT)
    account_form = LinkedInForm
    preview_template = "tasks/social/previews/linkedin.html"

    def limits(self, account: SocialAccount) -> Limits:
        """3,000 characters."""
        return LIMITS

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """POST /rest/posts; the id is in a header."""
        article = {"source": rendered.url, "title": rendered.title[:TITLE]}
        if rendered.description:
            article["description"] = rendered.description[:DESCRIPTION]
        if rendered.image:
            article |= {"thumbnail": _uploaded(account, rendered), "thumbnailAltText": rendered.image.alt}
        body = {
            "author": _author(account),
            "commentary": little(rendered.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "content": {"article": article},
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        reply = call(account, "POST", "/rest/posts", posts=True, json=body)
        urn = reply.headers.get("x-restli-id", "")
        if not urn:
            raise Unknown("x-restli-id?")
        return _published(urn)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """The author's newest posts: one whose article is exactly this address."""
        query = {"q": "author", "author": _author(account), "count": 50, "sortBy": "CREATED"}
        headers = {"X-RestLi-Method": "FINDER"}
        found = json_of(call(account, "GET", "/rest/posts", params=query, headers=headers))
        for post in found.get("elements") or []:
            if isinstance(post, dict) and _is_it(post, ticket):
                return _published(str(post["id"]))
        return None

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """PARTIAL_UPDATE of the commentary; an article stays as it was."""
        patch = {"patch": {"$set": {"commentary": little(rendered.text)}}}
        headers = {"X-RestLi-Method": "PARTIAL_UPDATE"}
        call(account, "POST", _path(remote_id), json=patch, headers=headers)
        return _published(remote_id)

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """DELETE /rest/posts/{urn}."""
        call(account, "DELETE", _path(remote_id), headers={"X-RestLi-Method": "DELETE"})

    def probe(self, account: SocialAccount) -> Health:
        """A look at the author's posts: there is no other call that both pages and persons may make."""
        query = {"q": "author", "author": _author(account), "count": 1}
        call(account, "GET", "/rest/posts", params=query, headers={"X-RestLi-Method": "FINDER"})
        return Health(account.remote_name or _author(account), account.remote_url, account.expires_at)

    def refresh(self, account: SocialAccount) -> dict[str, Any] | None:
        """Only for approved partners: others have no refresh token, and a person connects again."""
        token = account.credentials.get("refresh_token")
        return _token({"grant_type": "refresh_token", "refresh_token": token}, account) if token else None

    def authorize(self, account: SocialAccount, *, redirect_uri: str, state: str) -> Consent:
        """The service's page for giving consent."""
        client, _secret = app_of(settings.ANTENNE_LINKEDIN_APP, "ANTENNE_LINKEDIN_APP")
        return consent(f"{OAUTH}/authorization", client, SCOPES, redirect_uri, state)

    def connect(self, account: SocialAccount, *, redirect_uri: str, code: str) -> dict[str, Any]:
        """A token of 60 days for the code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return _token(form, account)


def _token(form: dict[str, Any], account: SocialAccount) -> dict[str, Any]:
    client, secret = app_of(settings.ANTENNE_LINKEDIN_APP, "ANTENNE_LINKEDIN_APP")
    address = f"{account.server}/oauth/v2/accessToken" if account.server else f"{OAUTH}/accessToken"
    known = {**form, "client_id": client, "client_secret": secret}
    answer = json_of(call(account, "POST", address, data=known))
    if not isinstance(answer.get("access_token"), str):
        raise Rejected("access_token?")
    kept = {name: answer[name] for name in ("access_token", "refresh_token") if answer.get(name)}
    return {**kept, **ends_in(answer.get("expires_in"))}


def _uploaded(account: SocialAccount, rendered: Rendered) -> str:
    """The urn of the thumbnail (Images API)."""
    if rendered.image is None:
        raise Rejected("image?")
    data = jpeg(rendered.image, max_bytes=LIMITS.image_bytes).data
    body = {"initializeUploadRequest": {"owner": _author(account)}}
    started = json_of(call(account, "POST", "/rest/images?action=initializeUpload", json=body)).get("value")
    if not isinstance(started, dict) or not started.get("uploadUrl") or not started.get("image"):
        raise Rejected("initializeUpload?")
    call(account, "PUT", str(started["uploadUrl"]), content=data, headers={"Content-Type": "image/jpeg"})
    return str(started["image"])


def _author(account: SocialAccount) -> str:
    return str(account.options.get("author", ""))


def _path(urn: str) -> str:
    return f"/rest/posts/{quote(urn, safe='')}"


def _is_it(post: dict[str, Any], ticket: Ticket) -> bool:
    content = post.get("content")
    article = content.get("article") if isinstance(content, dict) else None
    made = post.get("createdAt")
    recent = not isinstance(made, int) or datetime.fromtimestamp(made / 1000, UTC) >= ticket.since
    leads_there = isinstance(article, dict) and article.get("source") == ticket.url
    return leads_there and recent and bool(post.get("id")) and str(post["id"]) not in ticket.known


def _published(urn: str) -> Published:
    return Published(urn, f"https://www.linkedin.com/feed/update/{urn}/")
