"""The plugin registry: how an app tells the site what it adds.

An app takes part by giving its ``AppConfig`` a method ``antenne_plugin()`` that returns a
``Plugin``. It is found because it stands in ``INSTALLED_APPS``; an installed distribution puts
itself there through the entry-point group ``antenne.plugins``, whose values name an app (its
module or its ``AppConfig``).

Everything a plugin names is a dotted path and is imported when it is first needed. What cannot be
imported is left out and reported as a failed system check that names the plugin (``cms.checks``):
a broken plugin must never be a broken site.
"""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from django.apps import AppConfig, apps
from django.utils.functional import Promise
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

PLUGIN_GROUP = "antenne.plugins"
CHANNEL_GROUP = "antenne.channels"
SUBJECT_LENGTH = 80


@dataclass(frozen=True)
class Plugin:
    """What one app adds to the site. All paths are dotted, all collections may be empty."""

    name: str
    verbose_name: str | Promise
    topics: tuple[tuple[str, str | Promise], ...] = ()
    """Topics one can subscribe to: (key, label)."""
    subjects: str = ""
    """Path of a function ``(language: str) -> list[tuple[str, str]]``: (key, label) of everything
    that a subscriber can follow by itself, such as one municipality. Keys have 80 characters at most
    and begin with a word and a colon, as in ``municipality:m-12``."""
    announceable: tuple[str, ...] = ()
    """Page types that can be announced, as ``app_label.Model``."""
    api_routers: tuple[tuple[str, str], ...] = ()
    """Routers of the delivery API: (URL prefix, path of a ``ninja.Router``)."""
    urls: tuple[str, ...] = ()
    """URL modules below the language prefix, e.g. ``/de/newsletter/``."""
    root_urls: tuple[str, ...] = ()
    """URL modules without a language prefix."""
    channels: dict[str, str] = field(default_factory=dict)
    """Social channels: slug → path of a ``Channel`` class."""
    dashboard_panels: tuple[str, ...] = ()
    """Panels of the admin's home page: paths of ``wagtail.admin.ui.components.Component``."""
    health_checks: tuple[str, ...] = ()
    """Paths of functions without arguments that return None, or say what is wrong."""
    chores: tuple[str, ...] = ()
    """Paths of functions ``(seconds: float) -> bool`` that workers call every few seconds, and soon
    after ``cms.chores.ring()``: each does what is due for about that long, finds its work in the
    database, and returns whether more is waiting. Two workers may call it at once."""
    feed_hubs: str = ""
    """Path of a function ``(language: str) -> list[str]``: WebSub hubs that the language's feed names."""
    demo_content: str = ""
    """Path of a function ``(cms.demo.content.DemoSite) -> None`` that writes demo content."""
    demo_order: int = 50
    """Demo content is written in ascending order."""


@dataclass(frozen=True)
class Fault:
    """Something a plugin names that cannot be used."""

    plugin: str
    what: str
    error: str


_entry_point_faults: list[Fault] = []


def _load_app(entry: EntryPoint) -> tuple[str, str] | None:
    """(value for ``INSTALLED_APPS``, name of the app), or None and a fault where Django would fail."""
    dotted = entry.value.replace(":", ".")
    try:
        return dotted, AppConfig.create(dotted).name
    except Exception as error:  # noqa: BLE001 -- any plugin error becomes a system check
        _entry_point_faults.append(Fault(entry.name, f"entry point {entry.value}", repr(error)))
        return None


def entry_point_apps(installed: Iterable[str]) -> list[str]:
    """Apps of installed distributions in the group ``antenne.plugins``, for INSTALLED_APPS.

    Without those that are ``installed`` already, by their name or by their ``AppConfig`` (in
    ``<name>.apps``): Django refuses to load an app twice.
    """
    known = {app.partition(".apps.")[0] for app in installed}
    found: dict[str, str] = {}
    for entry in entry_points(group=PLUGIN_GROUP):
        dotted, name = _load_app(entry) or ("", "")
        if name and name not in known:
            found.setdefault(name, dotted)
    return list(found.values())


def _is_router(found: Any) -> bool:
    from ninja import Router  # reads the settings, which import this module

    return isinstance(found, Router)


def _is_announceable(model: Any) -> bool:
    from wagtail.models import Page  # needs the app registry

    return issubclass(model, Page) and callable(getattr(model, "get_announcement", None))


@dataclass
class Registry:
    """All plugins of this process, with what is wrong with them."""

    plugins: list[Plugin] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def load(self, plugin: Plugin, path: str, fits: Callable[[Any], bool] = callable) -> Any | None:
        """Import ``path`` for ``plugin``; None and a fault where that fails or it does not fit."""
        try:
            return _fitting(import_string(path), fits)
        except Exception as error:  # noqa: BLE001 -- any plugin error becomes a system check
            self._add_fault(Fault(plugin.name, path, repr(error)))
            return None

    def load_module(self, plugin: Plugin, path: str) -> str | None:
        """``path`` where it is a module with ``urlpatterns``, else None and a fault."""
        try:
            _fitting(importlib.import_module(path).urlpatterns, lambda urls: isinstance(urls, list | tuple))
        except Exception as error:  # noqa: BLE001 -- any plugin error becomes a system check
            self._add_fault(Fault(plugin.name, path, repr(error)))
            return None
        return path

    def _add_fault(self, fault: Fault) -> None:
        if fault not in self.faults:
            logger.error("Plugin %s: %s: %s", fault.plugin, fault.what, fault.error)
            self.faults.append(fault)

    def topics(self) -> list[tuple[str, str | Promise]]:
        """Every topic one can subscribe to."""
        return [topic for plugin in self.plugins for topic in plugin.topics]

    def subjects(self, language: str) -> list[tuple[str, str]]:
        """(key, label in ``language``) of everything that a subscriber can follow."""
        sources = ((plugin, plugin.subjects) for plugin in self.plugins if plugin.subjects)
        return [subject for plugin, path in sources for subject in self._subjects(plugin, path, language)]

    def _subjects(self, plugin: Plugin, path: str, language: str) -> Iterator[tuple[str, str]]:
        source = self.load(plugin, path)
        for key, label in source(language) if source else ():
            # Cut off, two keys could become one, and people would follow what they did not choose.
            if len(key) > SUBJECT_LENGTH:
                self._add_fault(Fault(plugin.name, path, f"the key {key!r} is longer than {SUBJECT_LENGTH}"))
            else:
                yield key, label

    def feed_hubs(self, language: str) -> list[str]:
        """The WebSub hubs of the feed in ``language``."""
        found = ((plugin, plugin.feed_hubs) for plugin in self.plugins if plugin.feed_hubs)
        sources = [self.load(plugin, path) for plugin, path in found]
        return [hub for source in sources if source for hub in source(language)]

    def announceable_models(self) -> frozenset[type[Any]]:
        """The page types that plugins declare as announceable."""
        return frozenset(model for plugin in self.plugins for model in self._models(plugin))

    def _models(self, plugin: Plugin) -> Iterator[type[Any]]:
        for label in plugin.announceable:
            try:
                yield _fitting(apps.get_model(label), _is_announceable)
            except (LookupError, ValueError, TypeError) as error:
                self._add_fault(Fault(plugin.name, f"announceable {label}", repr(error)))

    def api_routers(self) -> Iterator[tuple[str, Any]]:
        """(URL prefix, ``ninja.Router``) of every plugin."""
        for plugin in self.plugins:
            for prefix, path in plugin.api_routers:
                if (router := self.load(plugin, path, _is_router)) is not None:
                    yield prefix, router

    def url_modules(self, attribute: str) -> Iterator[str]:
        """URL modules under ``urls`` or ``root_urls`` that can be imported."""
        for plugin in self.plugins:
            for path in getattr(plugin, attribute):
                if module := self.load_module(plugin, path):
                    yield module

    def channels(self) -> dict[str, type[Any]]:
        """slug → ``Channel`` class, from plugins and from the group ``antenne.channels``."""
        found: dict[str, type[Any]] = {}
        for plugin in self._channel_plugins():
            for slug, path in plugin.channels.items():
                if slug in found:
                    self._add_fault(Fault(plugin.name, f"channel {slug}", "is already registered"))
                elif (channel := self.load(plugin, path, inspect.isclass)) is not None:
                    found[slug] = channel
        return found

    def _channel_plugins(self) -> Iterator[Plugin]:
        yield from self.plugins
        for entry in entry_points(group=CHANNEL_GROUP):
            path = entry.value.replace(":", ".")
            yield Plugin(entry.name, entry.name, channels={entry.name: path})

    def components(self, attribute: str) -> Iterator[Any]:
        """The imported objects that plugins name under ``dashboard_panels``, ``health_checks``…"""
        for plugin in self.plugins:
            for path in getattr(plugin, attribute):
                if (component := self.load(plugin, path)) is not None:
                    yield component

    def demo_loaders(self) -> list[tuple[Plugin, Callable[[Any], None]]]:
        """(plugin, loader of its demo content) in the order they are to run."""
        ordered = sorted(self.plugins, key=lambda plugin: plugin.demo_order)
        loaders = ((p, self.load(p, p.demo_content)) for p in ordered if p.demo_content)
        return [(plugin, loader) for plugin, loader in loaders if loader]


@cache
def registry() -> Registry:
    """The registry of this process, built from the installed apps on first use."""
    built = Registry(faults=list(_entry_point_faults))
    for config in apps.get_app_configs():
        declare = getattr(config, "antenne_plugin", None)
        if declare is None:
            continue
        try:
            built.plugins.append(_declared(declare()))
        except Exception as error:  # noqa: BLE001 -- any plugin error becomes a system check
            built._add_fault(Fault(config.name, "antenne_plugin()", repr(error)))
    return built


def _fitting(found: Any, fits: Callable[[Any], bool]) -> Any:
    if not fits(found):
        raise TypeError(f"{found!r} is not what is needed here")
    return found


PATHS = ("announceable", "urls", "root_urls", "dashboard_panels", "health_checks")


def _declared(value: object) -> Plugin:
    """``value`` where it is a plugin whose fields have the right shape; raises ``TypeError``."""
    if not isinstance(value, Plugin):
        raise TypeError(f"returned {type(value).__name__}, not cms.plugins.Plugin")
    shapes = {
        "topics": _are_pairs(value.topics, str | Promise),
        "api_routers": _are_pairs(value.api_routers, str),
        "channels": isinstance(value.channels, dict)
        and _are_texts([*value.channels, *value.channels.values()]),
        **{name: _are_texts(getattr(value, name)) for name in PATHS},
    }
    if wrong := [name for name, right in shapes.items() if not right]:
        raise TypeError(f"has a wrong value for {', '.join(wrong)}")
    return value


def _are_texts(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(isinstance(value, str) for value in values)


def _are_pairs(values: Any, second: Any) -> bool:
    """Whether these are pairs of a text and a ``second``."""
    return isinstance(values, list | tuple) and all(
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and isinstance(pair[0], str)
        and isinstance(pair[1], second)
        for pair in values
    )
