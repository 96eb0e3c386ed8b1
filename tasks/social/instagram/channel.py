"""Photos of a professional account. Written after the documentation; nobody has run it there yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from tasks.social.channel import (
    Capabilities,
    Channel,
    ChannelError,
    Draft,
    Health,
    Limits,
    Pending,
    Problem,
    Published,
    Rejected,
    Rendered,
    Ticket,
)
from tasks.social.instagram import photo
from tasks.social.meta import containers
from tasks.social.meta.forms import GraphForm
from tasks.social.meta.graph import call, rows_of, text_of

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

LIMITS = Limits(max_length=2200, max_images=1, alt_length=1000, needs_image=True)


class InstagramChannel(Channel):
    """A photo with a caption. The service fetches the photo itself."""

    slug = "instagram"
    verbose_name = "Instagram"
    experimental = True
    capabilities = Capabilities(delete=False, images=True, alt_text=True)
    account_form = GraphForm
    preview_template = "tasks/social/previews/instagram.html"

    def limits(self, account: SocialAccount) -> Limits:
        """2,200 characters and one photo."""
        return LIMITS

    def render(self, draft: Draft, limits: Limits) -> Rendered:
        """With what of the picture will be seen."""
        laid_out = super().render(draft, limits)
        return replace(laid_out, extra={"shape": photo.shape(laid_out.image)}) if laid_out.image else laid_out

    def validate(self, rendered: Rendered, limits: Limits) -> list[Problem]:
        """Also the kind of picture."""
        problems = super().validate(rendered, limits)
        if rendered.image and not photo.is_possible(rendered.image):
            problems.append(Problem("image", photo.cannot()))
        return problems

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published | Pending:
        """A container, and once its photo is fetched, its publication."""
        if container := ticket.state.get("container"):
            return self._publish(account, str(container))
        if rendered.image is None:
            raise Rejected(_("This service takes no post without an image."))
        containers.quota(account, _server(), f"/{_user(account)}/content_publishing_limit")
        answer = call(
            account,
            _server(),
            "POST",
            f"/{_user(account)}/media",
            image_url=photo.address(rendered.image),
            caption=rendered.text,
            alt_text=rendered.image.alt,
        )
        return containers.pending(text_of(answer, "id"))

    def check(self, account: SocialAccount, ticket: Ticket) -> Pending | None:
        """The container's status."""
        return containers.checked(account, _server(), str(ticket.state["container"]), "status_code")

    def _publish(self, account: SocialAccount, container: str) -> Published:
        path = f"/{_user(account)}/media_publish"
        answer = call(account, _server(), "POST", path, posts=True, creation_id=container)
        number = text_of(answer, "id", posts=True)
        try:
            link = call(account, _server(), "GET", f"/{number}", fields="permalink").get("permalink")
        except ChannelError:  # the post is there, whatever becomes of its link
            link = ""
        return Published(number, str(link or ""))

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """GET /{user}/media: the newest whose caption names exactly this address."""
        fields = "id,caption,permalink,timestamp"
        path = f"/{_user(account)}/media"
        rows = rows_of(call(account, _server(), "GET", path, fields=fields, limit=25))
        for row in rows:
            if ticket.url in str(row.get("caption", "")).split() and str(row.get("id")) not in ticket.known:
                return Published(str(row["id"]), str(row.get("permalink", "")))
        return None

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """The API cannot."""
        raise Rejected(_("This service cannot delete posts: it has to be done there by hand."))

    def probe(self, account: SocialAccount) -> Health:
        """GET /{user}."""
        answer: dict[str, Any] = call(account, _server(), "GET", f"/{_user(account)}", fields="username")
        name = str(answer.get("username", ""))
        return Health(f"@{name}", f"https://www.instagram.com/{name}/", account.expires_at)


def _server() -> str:
    return f"https://graph.facebook.com/{settings.ANTENNE_META_VERSION}"


def _user(account: SocialAccount) -> str:
    return str(account.options.get("identifier", ""))
