"""What is to be posted: the page's content, the account's defaults and the editor's wishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wagtail.models import Page

from cms.announceable import Announceable, AnnouncementContent, Picture
from cms.pictures import picture
from tasks.social.compose import with_link
from tasks.social.models import PostPlan, SocialAccount
from tasks.social.values import Draft


def plan_of(page_ref: int, account: SocialAccount) -> PostPlan | None:
    """What the editor wants of this page with this account, if they said anything."""
    plans = PostPlan.objects.filter(page_ref=page_ref, account=account)
    return plans.select_related("image").first()


def draft_of(content: AnnouncementContent, account: SocialAccount, plan: PostPlan | None) -> Draft:
    """The draft that a channel lays out."""
    own_tags = tuple(tag.lstrip("#") for tag in plan.hashtags.split()) if plan else ()
    return Draft(
        content=content,
        template=_template(account, plan),
        image=_image(content, account, plan),
        hashtags=own_tags or content.hashtags,
    )


def _template(account: SocialAccount, plan: PostPlan | None) -> str:
    """The editor's text or the account's. Hashtags that the editor chose are never left out of it."""
    template = (plan.text if plan else "") or account.template
    if plan and plan.hashtags.strip() and "{tags}" not in template:
        return f"{with_link(template)}\n\n{{tags}}"
    return template


def _image(content: AnnouncementContent, account: SocialAccount, plan: PostPlan | None) -> Picture | None:
    if plan and plan.without_image:
        return None
    if plan and plan.image:
        chosen = picture(plan.image, content.url)
        return replace(chosen, alt=plan.alt) if chosen else None
    if not account.with_image or content.image is None:
        return None
    return replace(content.image, alt=plan.alt) if plan and plan.alt else content.image


def current_content(page_ref: int) -> AnnouncementContent | None:
    """What the live page would say now; None where there is none."""
    page: Any = Page.objects.filter(pk=page_ref, live=True).first()
    page = page.specific if page else None
    return page.get_announcement() if isinstance(page, Announceable) else None
