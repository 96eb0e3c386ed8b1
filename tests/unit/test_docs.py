"""The documentation says what the code does: names, examples and addresses are checked."""

from __future__ import annotations

import ast
import importlib
import re
from dataclasses import fields
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.core.management import get_commands

from cms.api.delivery import api
from cms.plugins import Plugin
from tasks.social import channel

PROJECT = Path(__file__).resolve().parents[2]
DOCS = sorted((PROJECT / "docs").glob("*.md"))
PLUGINS = (PROJECT / "docs/plugins.md").read_text(encoding="utf-8")
EXAMPLE = PROJECT / "tests/plugins/example_channel"
OUR_APPS = ("cms", "partnerships", "barcamp_pages", "tasks")
LABELS = {
    *("Announcement", "Announcements", "Announce", "Facts", "Rounds and results", "lead"),
    *("Announce when it first goes live", "Do not announce", "Announce again with the next publication"),
    *("Do not wait, send the original now", "Send once more", "It did arrive", "outcome unknown", "failed"),
    *("waiting", "taken", "being sent", "sent", "tried again later", "not sent", "BarCamp reports"),
    *(
        "Subscribers",
        "Deliveries",
        "Social media accounts",
        "Notice board",
        "text of a post",
        "withdraw posts",
    ),
    *("Directory", "Associations", "municipalities", "partnerships", "Newsletter", "Social media"),
}
"""What the editors' guides quote from the screen."""
OUR_PATH = re.compile(r"`((?:cms|partnerships|barcamp_pages|tasks|tests|tools|docs|bench)/[\w./-]*)`")


def python_blocks(text: str) -> dict[str, str]:
    """File name in the first line → the rest of the block, of all Python blocks that name one."""
    found = re.findall(r"^```python\n# (\S+\.py)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return dict(found)


def named(text: str) -> set[str]:
    """All that stands in backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def commands() -> list[str]:
    """The management commands of our own apps."""
    ours = {apps.get_app_config(label).name for label in OUR_APPS}
    return sorted(name for name, app in get_commands().items() if app in ours)


def test_the_example_channel_is_the_one_that_the_docs_show() -> None:
    prefix = "tests/plugins/example_channel/"
    shown = {name: code for name, code in python_blocks(PLUGINS).items() if name.startswith(prefix)}
    files = {f"{prefix}{path.name}": path.read_text(encoding="utf-8") for path in EXAMPLE.glob("*.py")}
    assert shown == files


def test_every_python_block_names_its_file() -> None:
    assert len(python_blocks(PLUGINS)) == PLUGINS.count("```python\n")


def test_what_the_docs_import_exists() -> None:
    imported = [
        (node.module, name.name)
        for code in python_blocks(PLUGINS).values()
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith("days")
        for name in node.names
    ]
    missing = [(module, name) for module, name in imported if not _can_be_imported(module, name)]
    assert imported
    assert missing == []


@pytest.mark.parametrize("field", [field.name for field in fields(Plugin)])
def test_every_field_of_a_plugin_is_explained(field: str) -> None:
    assert field in named(PLUGINS)


@pytest.mark.parametrize("method", sorted(channel.Channel.__abstractmethods__))
def test_every_method_that_a_channel_must_have_is_explained(method: str) -> None:
    assert method in named(PLUGINS)


@pytest.mark.parametrize(
    "error",
    [
        name
        for name, value in vars(channel).items()
        if isinstance(value, type) and issubclass(value, channel.ChannelError)
    ],
)
def test_every_error_of_a_channel_is_explained(error: str) -> None:
    assert error in named(PLUGINS)


@pytest.mark.parametrize("group", ["antenne.plugins", "antenne.channels"])
def test_the_entry_point_groups_are_shown(group: str) -> None:
    assert f'[project.entry-points."{group}"]' in PLUGINS


@pytest.mark.parametrize("command", commands())
def test_every_command_is_named_somewhere(command: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*DOCS, *PROJECT.glob("README.md"))]
    assert any(f"manage.py {command}" in text for text in texts)


def test_the_api_docs_name_every_operation_and_no_other() -> None:
    root = "/api/delivery/v1"
    text = (PROJECT / "docs/api.md").read_text(encoding="utf-8")
    operations = text.partition("## Operations")[2].partition("\n## ")[0]
    rows = set(re.findall(r"^\| `(/[^`?]*)` \|", operations, re.MULTILINE))
    assert rows == {path.removeprefix(root) for path in api.get_openapi_schema()["paths"]}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_files_that_the_docs_name_exist(path: Path) -> None:
    names = set(OUR_PATH.findall(path.read_text(encoding="utf-8")))
    assert [name for name in sorted(names) if not (PROJECT / name).exists()] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_between_the_docs_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_both_editors_guides_have_the_same_parts() -> None:
    outlines = [
        [
            line.split()[0]
            for line in (PROJECT / f"docs/editors.{code}.md").read_text("utf-8").splitlines()
            if line
        ]
        for code in ("de", "fr")
    ]
    german, french = ([word for word in outline if word.startswith("#")] for outline in outlines)
    assert german == french
    assert len(german) > 5


@pytest.mark.parametrize("code", ["de", "fr"])
def test_the_editors_guides_use_the_words_on_the_screen(code: str) -> None:
    guide = (PROJECT / f"docs/editors.{code}.md").read_text(encoding="utf-8").casefold()
    catalogues = [polib.pofile(str(path)) for path in PROJECT.glob(f"*/locale/{code}/LC_MESSAGES/django.po")]
    entries = [entry for catalogue in catalogues for entry in catalogue if entry.msgid in LABELS]
    assert {entry.msgid for entry in entries} == LABELS
    assert [entry.msgstr for entry in entries if entry.msgstr.casefold() not in guide] == []


def _can_be_imported(module: str, name: str) -> bool:
    try:
        return hasattr(importlib.import_module(module), name) or bool(
            importlib.import_module(f"{module}.{name}")
        )
    except ImportError:
        return False
