"""The registry: our own apps, a third party's, and broken ones."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from django.apps import AppConfig, apps
from pytest_httpserver import HTTPServer

from cms import plugins
from cms.checks import plugins_can_be_used
from cms.plugins import Plugin, Registry, registry
from tasks import outbox
from tasks.announcements.route import route_due
from tasks.social.models import Post
from tasks.social.posts.sending import send_posts
from tests.doubles.logbook import TOKEN, running
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import account

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLE = "tests.plugins.example_channel.apps.ExampleChannelConfig"


@pytest.fixture
def with_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site with what the third party's package declares."""
    declared = AppConfig.create(EXAMPLE).antenne_plugin()
    monkeypatch.setattr(registry(), "plugins", [*registry().plugins, declared])


def test_our_own_apps_register_as_anybody_elses() -> None:
    assert {plugin.name for plugin in registry().plugins} == {"cms", "partnerships", "barcamp_pages", "tasks"}
    assert registry().faults == []
    assert plugins_can_be_used() == []


def test_announceable_types_and_topics_come_from_plugins() -> None:
    names = {model.__name__ for model in registry().announceable_models()}
    assert {"CongressPage", "BarcampReportPage", "PartnershipPage"} <= names
    assert {"congress", "barcamp", "newsletter", "partnership"} == {key for key, _ in registry().topics()}


def test_a_third_partys_channel_posts(
    with_example: None, site_tree: SiteTree, httpserver: HTTPServer
) -> None:
    assert plugins_can_be_used() == []
    with running(httpserver) as logbook:
        account("logbook", server=logbook.url, credentials={"access_token": TOKEN})
        page = publish(draft(site_tree.news["de"], title="Kongress"))
        route_due()
        send_posts(5)
        assert Post.objects.get().state == "sent"
        assert list(logbook.entries.values()) == [f"Kongress\n\n{page.full_url}"]
        page.unpublish()
        outbox.drain(5)
        assert logbook.entries == {}


def test_a_third_partys_topic_can_be_subscribed_to(with_example: None, site_tree: SiteTree, client) -> None:
    assert "Examples" in client.get("/de/newsletter/").content.decode()


@pytest.mark.parametrize(
    "broken",
    [
        Plugin("kaputt", "Kaputt", channels={"x": "nowhere.Channel"}),
        Plugin("kaputt", "Kaputt", urls=("nowhere.urls",)),
        Plugin("kaputt", "Kaputt", api_routers=(("/x", "cms.nothing.router"),)),
        Plugin("kaputt", "Kaputt", announceable=("nowhere.Page",)),
        Plugin("kaputt", "Kaputt", dashboard_panels=("cms.plugins.Nothing",)),
        Plugin("kaputt", "Kaputt", health_checks=("cms.plugins.nothing",)),
        Plugin("kaputt", "Kaputt", channels={"mastodon": "tasks.social.mastodon.channel.MastodonChannel"}),
        Plugin("kaputt", "Kaputt", channels={"x": "cms.plugins.registry"}),
        Plugin("kaputt", "Kaputt", urls=("cms.plugins",)),
        Plugin("kaputt", "Kaputt", api_routers=(("/x", "cms.plugins.Registry"),)),
        Plugin("kaputt", "Kaputt", announceable=("auth.User",)),
        Plugin("kaputt", "Kaputt", health_checks=("cms.plugins.PLUGIN_GROUP",)),
    ],
)
def test_a_broken_plugin_is_named_by_a_check_and_left_out(broken: Plugin, monkeypatch) -> None:
    built = Registry(plugins=[*registry().plugins, broken])
    monkeypatch.setattr("cms.checks.registry", lambda: built)
    (error,) = plugins_can_be_used()
    assert error.id == "antenne.E001"
    assert "kaputt" in error.msg
    assert {"mastodon", "noticeboard"} <= set(built.channels())


def test_an_app_whose_declaration_raises_is_named_by_a_check(monkeypatch) -> None:
    monkeypatch.setattr(apps.get_app_config("partnerships"), "antenne_plugin", lambda: 1 / 0, raising=False)
    registry.cache_clear()
    try:
        names = {fault.plugin for fault in registry().faults}
    finally:
        registry.cache_clear()
    assert names == {"partnerships"}


@pytest.mark.parametrize(
    "shape",
    [
        {"topics": ("x",)},
        {"topics": (("x", 1),)},
        {"topics": "xy"},
        {"api_routers": (("/x",),)},
        {"channels": ("x",)},
        {"channels": {"x": None}},
        {"urls": "cms.feed_urls"},
        {"health_checks": (print,)},
    ],
)
def test_a_plugin_of_the_wrong_shape_is_named_by_a_check_and_left_out(shape: Any, monkeypatch) -> None:
    broken = Plugin(**{"name": "kaputt", "verbose_name": "Kaputt", **shape})
    config = apps.get_app_config("partnerships")
    monkeypatch.setattr(config, "antenne_plugin", lambda: broken, raising=False)
    registry.cache_clear()
    try:
        (error,) = plugins_can_be_used()
        assert error.id == "antenne.E001"
        assert next(iter(shape)) in error.msg
        assert broken not in registry().plugins
    finally:
        registry.cache_clear()


@pytest.mark.parametrize(
    "value",
    ["nowhere_at_all.apps:Config", "cms.apps:Missing", "cms.plugins:Registry", "cms.plugins:registry"],
)
def test_an_entry_point_that_is_no_app_is_left_out(value: str, monkeypatch) -> None:
    entry = EntryPoint("kaputt", value, plugins.PLUGIN_GROUP)
    monkeypatch.setattr(plugins, "_entry_point_faults", [])
    assert plugins._load_app(entry) is None
    assert [fault.plugin for fault in plugins._entry_point_faults] == ["kaputt"]


@pytest.mark.parametrize(
    "installed", ["tests.plugins.example_channel", "tests.plugins.example_channel.apps.ExampleChannelConfig"]
)
def test_an_app_that_is_installed_already_is_not_loaded_twice(installed: str, monkeypatch) -> None:
    values = ("tests.plugins.example_channel.apps:ExampleChannelConfig", "tests.plugins.example_channel")
    found = [EntryPoint(f"e{i}", value, plugins.PLUGIN_GROUP) for i, value in enumerate(values)]
    monkeypatch.setattr(plugins, "entry_points", lambda group: found)
    assert plugins.entry_point_apps([installed]) == []
    assert plugins.entry_point_apps(["cms"]) == [EXAMPLE]


def test_entry_points_of_installed_distributions_are_found(tmp_path: Path) -> None:
    """A good and a broken distribution: the site runs with the first, and names the second."""
    for name, value in (("good", EXAMPLE), ("broken", "nowhere_at_all.apps.Config")):
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        module, _, attribute = value.rpartition(".")
        (info / "entry_points.txt").write_text(f"[{plugins.PLUGIN_GROUP}]\n{name} = {module}:{attribute}\n")
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.test", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "broken" in run.stderr
    assert "good" not in run.stderr


def test_the_core_can_do_without_the_other_apps() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=PROJECT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout


def subjects_of_a_plugin(language: str) -> list[tuple[str, str]]:
    return [("place:1", "Ahlem"), (f"place:{'9' * 80}", "Misburg")]


def test_a_subject_whose_key_is_too_long_is_left_out_and_named(caplog) -> None:
    path = f"{__name__}.{subjects_of_a_plugin.__name__}"
    filled = Registry([Plugin(name="places", verbose_name="Places", subjects=path)])
    assert filled.subjects("de") == [("place:1", "Ahlem")]
    (fault,) = filled.faults
    assert (fault.plugin, "longer than 80" in fault.error) == ("places", True)
