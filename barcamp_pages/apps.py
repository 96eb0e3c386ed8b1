"""Barcamps, registered as any other plugin is."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cms.plugins import Plugin


class BarcampPagesConfig(AppConfig):
    """Barcamp reports: page type, admin listing, delivery API."""

    name = "barcamp_pages"
    verbose_name = _("BarCamps")

    def antenne_plugin(self) -> Plugin:
        """What this app adds."""
        return Plugin(
            name=self.name,
            verbose_name=self.verbose_name,
            topics=(("barcamp", _("BarCamps")),),
            announceable=("barcamp_pages.BarcampReportPage",),
            api_routers=(("/barcamps", "barcamp_pages.api.router"),),
            demo_content="barcamp_pages.demo.load",
            demo_order=20,
        )
