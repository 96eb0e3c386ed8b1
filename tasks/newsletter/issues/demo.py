"""The demo's issue of the newsletter: a draft in German and its French translation, to press Publish on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from wagtail.models import Page

from cms.demo.content import DemoSite, Draft
from tasks.newsletter.issues.demo_texts import TEXTS, IssueText
from tasks.newsletter.issues.models import NewsletterIssuePage

TRANSLATION_KEY = UUID("b7d7e0c4-1b1f-4c39-8f0e-3e0e1550e001")


def load(demo: DemoSite) -> None:
    """Write what is missing of the two drafts, and hand on those that are not published yet."""
    for language, text in TEXTS.items():
        page = _existing(demo, language) or _write(demo, language, text)
        if page.first_published_at is None:
            edit_url = reverse("wagtailadmin_pages:edit", args=[page.pk])
            demo.drafts.append(Draft(page.title, language, page.pk, edit_url))


def _existing(demo: DemoSite, language: str) -> NewsletterIssuePage | None:
    issues = NewsletterIssuePage.objects.filter(translation_key=TRANSLATION_KEY)
    page: NewsletterIssuePage | None = issues.filter(locale=demo.news[language].locale).first()
    return page


def _write(demo: DemoSite, language: str, text: IssueText) -> NewsletterIssuePage:
    parent = demo.news[language]
    parent.refresh_from_db()
    page = NewsletterIssuePage(
        title=text.title,
        slug=text.slug,
        lead=text.lead,
        body=body(text, parent),
        locale=parent.locale,
        translation_key=TRANSLATION_KEY,
        live=False,
    )
    parent.add_child(instance=page)
    page.save_revision()
    demo.say(f"Newsletter issue ({language}), draft")
    return page


def body(text: IssueText, near: Page) -> list[tuple[str, Any]]:
    """The blocks. Pages of plugins that are not installed are left out."""
    congress, report, directory = (_page(near, slug) for slug in (text.congress, text.report, text.directory))
    return [
        ("text", text.greeting),
        ("heading", text.looking_back),
        ("text", text.barcamp),
        *([("teaser", _teaser(report))] if report else []),
        *([("heading", text.looking_ahead), ("event", _event(congress))] if congress else []),
        *([("divider", None), ("teaser", _teaser(directory))] if directory else []),
        *([("button", {"label": text.button, "page": directory, "url": ""})] if directory else []),
    ]


def _page(near: Page, slug: str) -> Page | None:
    return Page.objects.filter(locale=near.locale, slug=slug).first()


def _teaser(page: Page) -> dict[str, Any]:
    return {"page": page, "title": "", "text": "", "with_image": True}


def _event(page: Page) -> dict[str, Any]:
    return {"page": page, "title": "", "when": "", "place": "", "url": ""}
