"""Django's own mails, such as those for a forgotten password: single mails, and no campaign."""

from __future__ import annotations

from typing import Any

from anymail.message import AnymailMessage
from anymail.signals import pre_send
from django.core.mail import EmailMessage
from django.dispatch import receiver

from tasks.newsletter.providers.known import configured


@receiver(pre_send, dispatch_uid="antenne.newsletter.providers.own_mails")
def as_single_mail(sender: Any, message: EmailMessage, **kwargs: Any) -> None:
    """Send it as mails are sent that somebody waits for, unless it is one of the newsletter's."""
    provider = configured()
    if provider and provider.express and not isinstance(message, AnymailMessage):
        # django-anymail reads it of any message.
        vars(message)["esp_extra"] = dict(provider.express)
