"""The German and French catalogues: complete, sound, compiled and in step with the sources."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("cms", "partnerships", "barcamp_pages", "tasks")
LANGUAGES = ("de", "fr")
CATALOGUES = [(app, language) for app in APPS for language in LANGUAGES]
EXTRACT = ("--no-obsolete", "--no-wrap", "--add-location", "file", "-e", "html,txt,py,mjml")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%[sd]\b|</?[a-z][^>]*>", re.IGNORECASE)

Key = tuple[str | None, str, str]
every_catalogue = pytest.mark.parametrize(("app", "language"), CATALOGUES)


def path_of(app: str, language: str, suffix: str = "po") -> Path:
    return ROOT / app / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


@cache
def catalogue(app: str, language: str) -> Any:
    return polib.pofile(str(path_of(app, language)))


def key(entry: Any) -> Key:
    return entry.msgctxt or None, entry.msgid, entry.msgid_plural or ""


def texts(entry: Any) -> list[str]:
    """The translation; its plural forms in order where it has several."""
    return [entry.msgstr_plural[i] for i in sorted(entry.msgstr_plural)] or [entry.msgstr]


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def number_of_plurals(catalogue: Any) -> int:
    found = re.match(r"nplurals=(\d+);", catalogue.metadata.get("Plural-Forms", ""))
    return int(found[1]) if found else 0


def extracted(app: str, work: Path) -> frozenset[Key]:
    """What the sources of ``app`` ask to be translated; found in a copy, as the tool writes beside them."""
    shutil.copytree(ROOT / app, work / app, ignore=shutil.ignore_patterns("__pycache__", "locale"))
    (work / app / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "de", *EXTRACT]
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    run = subprocess.run(command, cwd=work / app, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return frozenset(map(key, polib.pofile(str(work / app / "locale/de/LC_MESSAGES/django.po"))))


@every_catalogue
def test_header_names_language_charset_and_plurals(app: str, language: str) -> None:
    header = catalogue(app, language).metadata
    assert header["Language"] == language
    assert header["Content-Type"] == "text/plain; charset=UTF-8"
    assert number_of_plurals(catalogue(app, language)) >= 2


@every_catalogue
def test_every_entry_is_translated(app: str, language: str) -> None:
    entries = catalogue(app, language)
    assert len(entries) > 0
    assert [e.msgid for e in entries if not all(text.strip() for text in texts(e))] == []


@every_catalogue
def test_no_entry_is_fuzzy_or_obsolete(app: str, language: str) -> None:
    entries = catalogue(app, language)
    assert not entries.metadata_is_fuzzy
    assert [e.msgid for e in entries if e.fuzzy or e.obsolete] == []


@every_catalogue
def test_plural_forms_are_complete(app: str, language: str) -> None:
    entries = catalogue(app, language)
    expected = list(range(number_of_plurals(entries)))
    assert [e.msgid for e in entries if e.msgid_plural and sorted(e.msgstr_plural) != expected] == []


@every_catalogue
def test_placeholders_and_tags_survive_translation(app: str, language: str) -> None:
    changed = [
        (entry.msgid, text)
        for entry in catalogue(app, language)
        for text in texts(entry)
        if placeholders(text) != placeholders(entry.msgid)
    ]
    assert changed == []


@every_catalogue
def test_compiled_catalogue_is_that_of_the_source(app: str, language: str) -> None:
    path = path_of(app, language, "mo")
    assert path.exists(), "run “make messages” and add what it compiles"
    compiled = polib.mofile(str(path))
    assert {key(e): texts(e) for e in compiled} == {key(e): texts(e) for e in catalogue(app, language)}
    assert compiled.metadata["Plural-Forms"] == catalogue(app, language).metadata["Plural-Forms"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_apps_agree_on_what_they_share(language: str) -> None:
    """Django merges the catalogues: of two translations of one string, one would never be seen."""
    found: dict[Key, set[tuple[str, ...]]] = {}
    for app in APPS:
        for entry in catalogue(app, language):
            found.setdefault(key(entry), set()).add(tuple(texts(entry)))
    assert {k: translations for k, translations in found.items() if len(translations) > 1} == {}


@pytest.mark.parametrize("app", APPS)
def test_catalogues_hold_what_the_sources_ask_for(app: str, tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        assert os.environ.get("CI") != "true", "GNU gettext is missing: install the package “gettext”"
        return
    wanted = extracted(app, tmp_path)
    for language in LANGUAGES:
        assert frozenset(map(key, catalogue(app, language))) == wanted, "run “make messages” and translate"
