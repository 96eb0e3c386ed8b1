"""What the mails about requests say, in the language of whoever gets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Site

from cms.models.settings import SiteSettings
from partnerships.requests import addresses, links
from partnerships.requests.choices import MailKind
from partnerships.requests.models import Notice, NoticeMail, RelayMessage


@dataclass(slots=True)
class Words:
    """One mail: a subject, paragraphs, at most one link to act, and what somebody else wrote."""

    subject: str
    paragraphs: list[str]
    action: tuple[str, str] | None = None
    quote: str = ""
    entries: list[tuple[str, str]] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def compose(mail: NoticeMail) -> EmailMultiAlternatives | None:
    """The message as it goes out; None where it has no purpose any more."""
    with override(mail.language):
        words = WRITERS[MailKind(mail.kind)](mail)
        if words is None or not mail.recipient:
            return None
        context = {"words": words, "organisation": organisation(), "language": mail.language}
        text = render_to_string("partnerships/requests/mail.txt", context)
        html = render_to_string("partnerships/requests/mail.html", context)
    message = EmailMultiAlternatives(
        subject=words.subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.recipient],
        reply_to=[words.reply_to] if words.reply_to else None,
        headers={
            "Message-ID": _message_id(mail),
            "Content-Language": mail.language,
            "Auto-Submitted": "auto-generated",
            **words.headers,
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def organisation() -> str:
    """Who writes."""
    site = Site.objects.filter(is_default_site=True).first()
    return (SiteSettings.for_site(site).organisation if site else "") or settings.WAGTAIL_SITE_NAME


def _message_id(mail: NoticeMail) -> str:
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    return f"<{mail.public_id}@{host}>"


def _day(notice: Notice) -> str:
    return date_format(notice.expires_on, "DATE_FORMAT")


def _confirm_notice(mail: NoticeMail) -> Words | None:
    notice = mail.notice
    if notice is None or notice.confirmed_at:
        return None
    return Words(
        _("Please confirm: “%(title)s”") % {"title": notice.title()},
        [
            _("You have sent us “%(title)s” for our requests and offers.") % {"title": notice.title()},
            _("Please confirm that this is your address. After that, an editor looks at the text."),
        ],
        (_("Confirm"), links.url("confirm_notice", mail.language, notice.public_id)),
        after=[_("The link works for 72 hours. If it was not you, you need not do anything.")],
    )


def _approved(mail: NoticeMail) -> Words | None:
    notice = mail.notice
    if notice is None or not notice.is_open:
        return None
    return Words(
        _("Published: “%(title)s”") % {"title": notice.title()},
        [
            _("“%(title)s” is published until %(day)s.") % {"title": notice.title(), "day": _day(notice)},
            addresses.notice_url(notice, mail.language),
            _("With this link you can say at any time that you have found somebody, or take it back."),
        ],
        (_("Manage"), links.url("manage", mail.language, notice.public_id)),
    )


def _reminder(mail: NoticeMail) -> Words | None:
    notice = mail.notice
    if notice is None or not notice.is_open:
        return None
    return Words(
        _("Until %(day)s: “%(title)s”") % {"title": notice.title(), "day": _day(notice)},
        [
            _("“%(title)s” is published until %(day)s, and then no more.")
            % {"title": notice.title(), "day": _day(notice)},
            _("If you are still looking, you can extend it. If you have found somebody, please tell us."),
        ],
        (_("Extend or end"), links.url("manage", mail.language, notice.public_id)),
    )


def _confirm_message(mail: NoticeMail) -> Words | None:
    message = mail.message
    if message is None or message.confirmed_at or message.forgotten_at:
        return None
    return Words(
        _("Please confirm your message: “%(target)s”") % {"target": _target(message)},
        [_("You have written this message on our site. We pass it on when you confirm it.")],
        (_("Pass it on"), links.url("confirm_message", mail.language, message.public_id)),
        quote=message.text,
        after=[_("The link works for 72 hours. If it was not you, you need not do anything.")],
    )


def _message(mail: NoticeMail) -> Words | None:
    message = mail.message
    if message is None or message.forgotten_at:
        return None
    return Words(
        _("Message on “%(target)s”") % {"target": _target(message)},
        [
            _("%(name)s has written to you through our site, about “%(target)s”.")
            % {"name": message.name, "target": _target(message)},
            _("Your address was not shown. If you reply to this mail, your reply goes to the writer."),
        ],
        quote=message.text,
        reply_to=formataddr((message.name, message.email)),
    )


def _copy(mail: NoticeMail) -> Words | None:
    message = mail.message
    if message is None or message.forgotten_at:
        return None
    return Words(
        _("Your message on “%(target)s”") % {"target": _target(message)},
        [_("We pass your message on. This is your copy.")],
        quote=message.text,
    )


def _target(message: RelayMessage) -> str:
    if message.notice:
        return message.notice.title()
    return message.partnership.title() if message.partnership else ""


def _confirm_watch(mail: NoticeMail) -> Words | None:
    watch = mail.watch
    if watch is None or watch.confirmed_at:
        return None
    return Words(
        _("Please confirm your search"),
        [_("You want to be told of new requests and offers: %(search)s.") % {"search": watch.in_words()}],
        (_("Confirm"), links.url("confirm_watch", mail.language, watch.public_id)),
        after=[_("The link works for 72 hours. If it was not you, you need not do anything.")],
    )


def _news(mail: NoticeMail) -> Words | None:
    watch = mail.watch
    found = [notice for notice in mail.notices.all() if notice.is_open]
    if watch is None or watch.confirmed_at is None or not found:
        return None
    leave = links.url("leave", mail.language, watch.public_id)
    return Words(
        _("New: “%(title)s”") % {"title": found[0].title()},
        [_("This is new for your search (%(search)s):") % {"search": watch.in_words()}],
        entries=[(notice.title(), addresses.notice_url(notice, mail.language)) for notice in found],
        after=[_("No more such mails: %(url)s") % {"url": leave}],
        headers={
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


WRITERS: dict[MailKind, Callable[[NoticeMail], Words | None]] = {
    MailKind.CONFIRM_NOTICE: _confirm_notice,
    MailKind.APPROVED: _approved,
    MailKind.REMINDER: _reminder,
    MailKind.CONFIRM_MESSAGE: _confirm_message,
    MailKind.MESSAGE: _message,
    MailKind.COPY: _copy,
    MailKind.CONFIRM_WATCH: _confirm_watch,
    MailKind.NEWS: _news,
}
