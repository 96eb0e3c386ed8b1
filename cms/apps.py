"""The core app, which registers what it adds exactly as any other plugin does."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cms.plugins import Plugin


class CmsConfig(AppConfig):
    """Registry, page base, congress announcements, home and text pages, delivery API."""

    name = "cms"
    verbose_name = _("Site")

    def ready(self) -> None:
        """Load the system checks."""
        from cms import checks  # noqa: F401

    def antenne_plugin(self) -> Plugin:
        """What the core adds."""
        return Plugin(
            name="cms",
            verbose_name=self.verbose_name,
            topics=(("congress", _("Congresses and meetings")),),
            announceable=("cms.CongressPage",),
            api_routers=(("/pages", "cms.api.pages.router"),),
            urls=("cms.feed_urls",),
            demo_content="cms.demo.content.load",
            demo_order=10,
        )
