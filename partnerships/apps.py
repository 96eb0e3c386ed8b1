"""The directory app, registered as any third party's plugin would be."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cms.plugins import Plugin


class PartnershipsConfig(AppConfig):
    """Municipalities, partnerships and associations with their pages, import and API."""

    name = "partnerships"
    verbose_name = _("Partnerships")

    def ready(self) -> None:
        """Connect the receivers that keep the search text true."""
        from partnerships import receivers  # noqa: F401
        from partnerships.requests import receivers as request_receivers  # noqa: F401

    def antenne_plugin(self) -> Plugin:
        """What the directory adds to the site."""
        return Plugin(
            name="partnerships",
            verbose_name=self.verbose_name,
            topics=(("partnership", _("New partnerships")),),
            subjects="partnerships.domain.subjects.subjects",
            announceable=("partnerships.PartnershipPage",),
            api_routers=(
                ("/partnerships", "partnerships.api.partnerships"),
                ("/partnerships.geojson", "partnerships.api.geojson"),
                ("/municipalities", "partnerships.api.municipalities"),
                ("/requests", "partnerships.requests.api.router"),
                ("/funding", "partnerships.funding.api.funding"),
                ("/statistics", "partnerships.statistics.api.statistics"),
            ),
            urls=("partnerships.requests.urls",),
            chores=("partnerships.requests.chores.work",),
            demo_content="partnerships.demo.load",
            demo_order=30,
        )
