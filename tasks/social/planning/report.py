"""The report of all posts."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from tasks.ledger.models import State
from tasks.newsletter.importing.cells import escaped
from tasks.newsletter.models import LANGUAGES
from tasks.social.models import Post, SocialAccount, channel_choices
from tasks.social.planning.lines import line_of


class PostFilterSet(WagtailFilterSet):
    """By account, kind of service, state, language and time."""

    account = django_filters.ModelChoiceFilter(label=_("Account"), queryset=SocialAccount.objects.all())
    channel = django_filters.ChoiceFilter(
        label=_("Channel"), field_name="account__channel", choices=channel_choices
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices)
    language = django_filters.ChoiceFilter(
        label=_("Language"), field_name="version__language", choices=LANGUAGES[:2]
    )
    created_at = django_filters.DateFromToRangeFilter(label=_("Period"), widget=DateRangePickerWidget)

    class Meta:
        model = Post
        fields = ("account", "channel", "state", "language", "created_at")


class PageColumn(Column):
    """The page that the post is about, leading to its announcement view."""

    def get_value(self, instance: Post) -> str:
        """A link, as long as the page is there."""
        version = instance.version
        if version is None:
            return "–"
        if version.page_id is None:
            return version.title
        return format_html(
            '<a href="{}">{}</a>', reverse("announcements:page", args=[version.page_id]), version.title
        )


class LinkColumn(Column):
    """The post itself on the service."""

    def get_value(self, instance: Post) -> str:
        """A link, where there is one."""
        if not instance.remote_url:
            return "–"
        return format_html(
            '<a href="{}" rel="noopener noreferrer">{}</a>', instance.remote_url, gettext("See the post")
        )


def _language(post: Any) -> str:
    return str(dict(LANGUAGES).get(post.language, "–"))


def _state(post: Post) -> str:
    waits = line_of(post, may_act=False).waits_for_hand
    return gettext("waits for you") if waits else post.get_state_display()


class PostsReport(ReportView):
    """All posts, newest first."""

    model = Post
    page_title = _("Posts")
    header_icon = "comment"
    index_url_name = "posts_report"
    index_results_url_name = "posts_report_results"
    filterset_class = PostFilterSet
    permission_policy = ModelPermissionPolicy(Post)
    any_permission_required = ["view", "change"]
    is_searchable = False
    list_export = [
        "created_at",
        "account_name",
        "channel",
        "language",
        "title",
        "state",
        "detail",
        "text",
        "remote_url",
        "sent_at",
        "edited_at",
        "withdrawn_at",
    ]
    custom_value_preprocess = {
        **ReportView.custom_value_preprocess,
        str: {ReportView.FORMAT_CSV: escaped, ReportView.FORMAT_XLSX: escaped},
    }
    export_headings = {
        "channel": _("Channel"),
        "language": _("Language"),
        "title": _("Page"),
        "remote_url": _("Link"),
    }
    columns = [
        Column("account_name", label=_("Account")),
        PageColumn("version", label=_("Page")),
        Column("language", label=_("Language"), accessor=_language),
        Column("state", label=_("State"), accessor=_state),
        LinkColumn("remote_url", label=_("Post")),
        DateColumn("created_at", label=_("Created")),
        DateColumn("sent_at", label=_("Posted")),
    ]

    def get_filename(self) -> str:
        """The name of the exported file."""
        return f"posts-{timezone.localdate():%Y-%m-%d}"

    def get_queryset(self) -> QuerySet[Post]:
        """With all that a line names, in a fixed number of queries."""
        named = {"channel": "account__channel", "language": "version__language", "title": "version__title"}
        fields = {name: F(column) for name, column in named.items()}
        posts = Post.objects.select_related("account", "version").annotate(**fields)
        return posts.order_by("-created_at", "-pk")


urlpatterns: list[Any] = [
    path("reports/posts/", PostsReport.as_view(), name="posts_report"),
    path("reports/posts/results/", PostsReport.as_view(results_only=True), name="posts_report_results"),
]
