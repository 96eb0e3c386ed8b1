"""The channel: a post stands on this site, and every server with followers is told of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import http
from tasks.newsletter.links import absolute
from tasks.social.activitypub import addresses, blocking, delivering, documents, handling, keys, outgoing
from tasks.social.activitypub.forms import ActivityPubForm
from tasks.social.activitypub.models import Note
from tasks.social.channel import (
    Capabilities,
    Card,
    Channel,
    Gone,
    Health,
    Limits,
    Published,
    Rendered,
    Repeat,
    Retryable,
    Ticket,
)

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

LONGEST = 500
"""Longer posts are folded by many readers' programs."""


class ActivityPubChannel(Channel):
    """This site as an account of the fediverse. The wire is in ``delivering`` and ``receiving``."""

    slug = "activitypub"
    verbose_name = gettext_lazy("Fediverse, from this site")  # type: ignore[assignment]
    icon = "globe"
    capabilities = Capabilities(
        edit=True, images=True, alt_text=True, language=True, repeat=Repeat.HARMLESS, card=Card.SERVER
    )
    account_form = ActivityPubForm
    preview_template = "tasks/social/previews/activitypub.html"

    def limits(self, account: SocialAccount) -> Limits:
        """500 characters, of which a link takes 23, as on Mastodon; one image."""
        return Limits(max_length=LONGEST, url_length=23, max_images=1)

    @transaction.atomic
    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """The note and a row for each server; a second attempt finds them there."""
        keys.ensure_key(account)
        note, created = Note.objects.get_or_create(
            key=ticket.key,
            deleted_at=None,
            defaults={"account": account, "published_at": ticket.at, **_fields(rendered)},
        )
        if created:
            outgoing.tell_new(note)
        return _published(note)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """The note with this key."""
        note = Note.objects.filter(key=ticket.key, deleted_at=None).first()
        return _published(note) if note else None

    @transaction.atomic
    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """Write the note anew and tell who was told of it."""
        note = _standing(remote_id)
        note.changed_at = ticket.edit_at or timezone.now()
        for name, value in _fields(rendered).items():
            setattr(note, name, value)
        note.save()
        outgoing.tell_changed(note, note.changed_at)
        return _published(note)

    @transaction.atomic
    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """Leave a tombstone and tell who was told of the post."""
        note = _standing(remote_id)
        note.deleted_at = timezone.now()
        note.save()
        outgoing.tell_deleted(note)

    def probe(self, account: SocialAccount) -> Health:
        """Whether other servers find the account, as they look for it (RFC 7033). Tells of a new profile."""
        keys.ensure_key(account)
        tell_profile_if_changed(account)
        name = addresses.handle(account)
        return Health(name=name, url=addresses.actor_uri(account), warning=_unreachable(name))

    @classmethod
    def work(cls, seconds: float) -> bool:
        """Look at what arrived, send away who is blocked, and deliver."""
        more = handling.handle_waiting(seconds)
        blocking.enforce()
        return delivering.deliver_due(seconds) or more


def _fields(rendered: Rendered) -> dict[str, object]:
    return {
        "language": rendered.language,
        "text": rendered.text,
        "url": rendered.url,
        "hashtags": list(rendered.hashtags),
        "image": asdict(rendered.image) if rendered.image else None,
    }


def _standing(remote_id: str) -> Note:
    note = Note.objects.filter(public_id=remote_id, deleted_at=None).select_for_update().first()
    if note is None:
        raise Gone(_("The post is not there any more."))
    return note


def _published(note: Note) -> Published:
    return Published(remote_id=str(note.public_id), url=addresses.note_uri(note))


def tell_profile_if_changed(account: SocialAccount) -> None:
    """Followers' servers show what they have been told last."""
    profile = json.dumps(documents.actor(account), sort_keys=True)
    state = hashlib.sha256(profile.encode()).hexdigest()
    if account.session.get("profile") == state:
        return
    with transaction.atomic():
        outgoing.tell_profile(account, timezone.now())
        account.keep_session({**account.session, "profile": state})


def _unreachable(name: str) -> str:
    """What keeps others from finding ``name``; empty where nothing does."""
    url = absolute(f"/.well-known/webfinger?resource=acct:{name.removeprefix('@')}")
    try:
        with http.client(own_site=True) as client:
            reply = client.get(url)
    except http.ERRORS as error:
        raise Retryable(str(error)) from error
    if reply.status_code == 200:
        return ""
    return _("Other servers cannot find the account: %(url)s answers %(status)s.") % {
        "url": url,
        "status": reply.status_code,
    }
