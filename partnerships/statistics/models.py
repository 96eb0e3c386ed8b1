"""The page of the statistics."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import RoutablePageMixin, path

from partnerships.models.pages import SectionPage


class StatisticsPage(RoutablePageMixin, SectionPage):
    """All figures of the directory, as plots and as tables."""

    template: ClassVar[str] = "partnerships/statistics_page.html"

    class Meta:
        verbose_name = _("statistics page")
        verbose_name_plural = _("statistics pages")

    @path("")
    def figures(self, request: HttpRequest) -> HttpResponse:
        """The plots, each with its numbers."""
        from partnerships.statistics.charts import charts, total_in_words
        from partnerships.statistics.numbers import numbers

        found = numbers()
        directory = self.get_parent().get_url(request) or ""
        context: dict[str, Any] = {"charts": charts(found, directory), "total": total_in_words(found)}
        response: HttpResponse = self.render(request, context_overrides=context)
        return response

    @path("csv/", name="csv")
    def csv(self, request: HttpRequest) -> HttpResponse:
        """The same numbers as a file."""
        from partnerships.statistics.charts import as_csv
        from partnerships.statistics.numbers import numbers

        response = HttpResponse(as_csv(numbers()), content_type="text/csv; charset=utf-8")
        name = f"partnership-statistics-{timezone.localdate()}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
