"""The page with all open requests and offers, one per language."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import RoutablePageMixin, path

from partnerships.models.pages import SectionPage

PER_PAGE = 20


class RequestsPage(RoutablePageMixin, SectionPage):
    """Who looks for what, who offers what."""

    template = "partnerships/requests/list.html"

    class Meta:
        verbose_name = _("page of requests and offers")
        verbose_name_plural = _("pages of requests and offers")

    @path("")
    def listing(self, request: HttpRequest) -> HttpResponse:
        """The open ones, with a filter."""
        from partnerships.requests.finding import find
        from partnerships.requests.forms import NoticeFilterForm

        form = NoticeFilterForm(request.GET)
        wanted = form.wanted()
        results = Paginator(find(**wanted).with_details(), PER_PAGE).get_page(request.GET.get("page"))
        kept = request.GET.copy()
        kept.pop("page", None)
        context = {"form": form, "is_filtered": bool(wanted), "results": results, "query": kept.urlencode()}
        return self._show(request, context)

    @path("feed/", name="feed")
    def feed(self, request: HttpRequest) -> HttpResponse:
        """The newest ones as Atom."""
        from partnerships.requests.feed import atom

        return atom(self, request)

    @path("new/", name="new")
    def new(self, request: HttpRequest) -> HttpResponse:
        """The form to send one in."""
        from partnerships.requests.public_forms import take_notice

        return self._guarded(take_notice(self, request))

    @path("watch/", name="watch")
    def watch(self, request: HttpRequest) -> HttpResponse:
        """The form to be told of new ones."""
        from partnerships.requests.public_forms import take_watch

        return self._guarded(take_watch(self, request))

    @path("<str:public_id>/", name="one")
    def one(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """One of them; 410 with a friendly word once it is over."""
        from partnerships.requests.models import Notice

        notice = Notice.objects.with_page().with_details().filter(public_id=public_id).first()
        if notice is None:
            raise Http404
        reply = self._show(request, {"notice": notice}, "partnerships/requests/one.html")
        if not notice.is_open:
            reply.status_code = 410
        return reply

    def _show(self, request: HttpRequest, context: dict[str, Any], template: str = "") -> HttpResponse:
        reply: HttpResponse = self.render(request, context_overrides=context, template=template or None)
        return reply

    def _guarded(self, reply: HttpResponse) -> HttpResponse:
        add_never_cache_headers(reply)
        return reply
