"""The address where the configured provider reports: ``/webhooks/mail/<provider>/``."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

# Connects the receiver.
from tasks.newsletter.providers import reports  # noqa: F401
from tasks.newsletter.providers.known import configured, webhook_fault

logger = logging.getLogger(__name__)


@csrf_exempt
def reports_from(request: HttpRequest, provider: str) -> HttpResponseBase:
    """Hand the request to django-anymail, which checks its secret and signature (400 where wrong).

    Nobody else's reports are taken, and none at all while nothing proves who sent them.
    """
    chosen = configured()
    if chosen is None or chosen.name != provider:
        raise Http404
    if fault := webhook_fault(chosen):
        logger.error("Reports of %s are not taken: %s", chosen.title, fault)
        raise Http404
    answer: HttpResponseBase = import_string(chosen.webhook).as_view()(request)
    return answer
