"""The receivers for going live, leaving and moving. Each is one line; none may ever raise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from cms import chores
from cms.plugins import registry
from tasks.announcements import doorbell, lifecycle
from tasks.social.webhook import changes

logger = logging.getLogger(__name__)


def never_raising(receiver: Callable[..., None]) -> Callable[..., None]:
    """Log what goes wrong instead: an editor's Publish must not fail because of us.

    The savepoint keeps a failed statement from breaking the publishing transaction. What is lost
    here is found by the sweeper.
    """

    @wraps(receiver)
    def guarded(**kwargs: Any) -> None:
        try:
            with transaction.atomic():
                receiver(**kwargs)
        except Exception:
            logger.exception("%s failed", receiver.__name__)

    return guarded


@never_raising
def on_saved(sender: type[Any], instance: Page, **kwargs: Any) -> None:
    """Every path to “live” saves the page: admin, workflow, schedule, API, copy, translation."""
    lifecycle.page_saved(instance, **kwargs)


@never_raising
def on_unpublished(instance: Page, **kwargs: Any) -> None:
    """Also sent while a page is being deleted."""
    lifecycle.page_left(instance)


@never_raising
def on_moved(instance: Page, **kwargs: Any) -> None:
    """The addresses of the page and of everything below it have changed."""
    lifecycle.page_moved(instance)


@never_raising
def on_page_published(instance: Page, **kwargs: Any) -> None:
    """For endpoints that rebuild a front end; also fires for a page that is only scheduled."""
    if instance.live:
        changes.page_changed(instance, "page.published")


@never_raising
def on_page_unpublished(instance: Page, **kwargs: Any) -> None:
    """The same; also sent while a page is being deleted."""
    changes.page_changed(instance, "page.unpublished")


@never_raising
def on_page_moved(instance: Page, **kwargs: Any) -> None:
    """The same for a new address, of what is live."""
    if instance.live:
        changes.page_changed(instance, "page.moved")


@never_raising
def on_page_deleted(instance: Page, **kwargs: Any) -> None:
    """The same; what was live is unpublished first, and its call not sent yet."""
    changes.page_deleted(instance)


@never_raising
def on_restricted(instance: PageViewRestriction, raw: bool = False, **kwargs: Any) -> None:
    """A page is private from now on, and all below it; for the public that is as if it had left."""
    if not raw:
        lifecycle.page_hidden(instance.page)
        changes.pages_changed(instance.page, "page.unpublished")


@never_raising
def on_unrestricted(instance: PageViewRestriction, **kwargs: Any) -> None:
    """What is public again is built again, and announced only if an editor says so."""
    changes.pages_changed(instance.page, "page.published")


def on_chores(**kwargs: Any) -> None:
    """A plugin has something to do."""
    doorbell.ring("do_chores")


def connect() -> None:
    """Connect all receivers, each once."""
    for model in registry().announceable_models():
        post_save.connect(on_saved, sender=model, dispatch_uid=f"antenne.saved.{model._meta.label}")
    chores.waiting.connect(on_chores, dispatch_uid="antenne.chores")
    page_unpublished.connect(on_unpublished, dispatch_uid="antenne.unpublished")
    post_page_move.connect(on_moved, dispatch_uid="antenne.moved")
    page_slug_changed.connect(on_moved, dispatch_uid="antenne.slug_changed")
    page_published.connect(on_page_published, dispatch_uid="antenne.calls.published")
    page_unpublished.connect(on_page_unpublished, dispatch_uid="antenne.calls.unpublished")
    post_page_move.connect(on_page_moved, dispatch_uid="antenne.calls.moved")
    page_slug_changed.connect(on_page_moved, dispatch_uid="antenne.calls.slug_changed")
    post_save.connect(on_restricted, sender=PageViewRestriction, dispatch_uid="antenne.restricted")
    post_delete.connect(on_unrestricted, sender=PageViewRestriction, dispatch_uid="antenne.unrestricted")
    post_delete.connect(on_page_deleted, sender=Page, dispatch_uid="antenne.calls.deleted")
