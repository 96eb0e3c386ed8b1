"""System checks: a plugin that cannot be used is named here instead of breaking the site."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, register

from cms.plugins import Registry, registry


def load_everything(found: Registry) -> None:
    """Import all that plugins name, so that every fault shows before it is needed."""
    found.announceable_models()
    found.channels()
    list(found.api_routers())
    for attribute in ("urls", "root_urls"):
        list(found.url_modules(attribute))
    for attribute in ("dashboard_panels", "health_checks"):
        list(found.components(attribute))
    found.demo_loaders()


@register()
def plugins_can_be_used(**_: Any) -> list[Error]:
    """One error (antenne.E001) per thing that a plugin names and that cannot be used."""
    found = registry()
    load_everything(found)
    return [
        Error(
            f"The plugin “{fault.plugin}” is not complete: {fault.what}: {fault.error}",
            hint="The rest of the site works without it. Mend or uninstall the plugin.",
            id="antenne.E001",
        )
        for fault in found.faults
    ]
