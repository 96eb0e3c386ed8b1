"""A mail program's eyes: which text stands in which colour on which ground, in light and in dark mode.

It knows what our mails use: styles at the elements, ``bgcolor``, and ``!important`` rules for dark mode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, NavigableString, Tag

DARK_BLOCK = re.compile(r"@media \(prefers-color-scheme: dark\) *\{((?:[^{}]*\{[^{}]*\})*)\s*\}")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
COLOUR = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
NEVER_SHOWN = {"style", "script", "title", "head"}


@dataclass(frozen=True)
class Shown:
    """A piece of text as it is seen."""

    text: str
    colour: str
    ground: str

    @property
    def contrast(self) -> float:
        """The ratio of WCAG 2: from 1 (the same) to 21 (black on white)."""
        brighter, darker = sorted((luminance(self.colour), luminance(self.ground)), reverse=True)
        return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def shown(html: str, *, dark: bool) -> list[Shown]:
    """Every text of the mail that is seen; raises ``ValueError`` for a colour that is not in hex."""
    soup = BeautifulSoup(html, "html.parser")
    forced = _forced(soup) if dark else {}
    return [
        Shown(words, _found(node, "color", forced, "#000000"), _found(node, "background", forced, "#ffffff"))
        for node in soup.find_all(string=True)
        if type(node) is NavigableString and (words := node.strip()) and not _is_hidden(node)
    ]


def _forced(soup: BeautifulSoup) -> dict[int, dict[str, str]]:
    """What dark mode sets at each element: the more specific rule wins, then the later one."""
    rules = [rule for block in DARK_BLOCK.findall(_styles(soup)) for rule in RULE.findall(block)]
    weighed: dict[int, dict[str, tuple[tuple[int, int], str]]] = {}
    for selectors, body in rules:
        for selector in selectors.split(","):
            for element in soup.select(selector.strip()):
                values = weighed.setdefault(id(element), {})
                for name, value in _important(body):
                    weight = _specificity(selector)
                    if name not in values or values[name][0] <= weight:
                        values[name] = (weight, value)
    return {key: {name: value for name, (_weight, value) in v.items()} for key, v in weighed.items()}


def _styles(soup: BeautifulSoup) -> str:
    return "\n".join(style.get_text() for style in soup.find_all("style"))


def _important(body: str) -> Iterator[tuple[str, str]]:
    for name, value in _declarations(body):
        if "!important" in value:
            yield name, value.replace("!important", "").strip()


def _declarations(body: str) -> Iterator[tuple[str, str]]:
    for declaration in body.split(";"):
        name, _colon, value = declaration.partition(":")
        name = name.strip().lower().replace("background-color", "background")
        if name in ("color", "background") and value.strip() not in ("", "none", "transparent"):
            yield name, value.strip()


def _specificity(selector: str) -> tuple[int, int]:
    return len(re.findall(r"[.#]", selector)), len(re.findall(r"(?:^|[\s>])[a-z]", selector))


def _found(node: NavigableString, name: str, forced: dict[int, dict[str, str]], default: str) -> str:
    """The value of ``name`` at the nearest element around ``node`` that has one."""
    for element in node.parents:
        if value := forced.get(id(element), {}).get(name) or _own(element, name):
            if not (colour := COLOUR.search(value)):
                raise ValueError(f"{name}: {value}")
            return colour.group()
    return default


def _own(element: Tag, name: str) -> str:
    values = dict(_declarations(str(element.get("style", ""))))
    return values.get(name) or (str(element.get("bgcolor", "")) if name == "background" else "")


def _is_hidden(node: NavigableString) -> bool:
    return any(
        element.name in NEVER_SHOWN or "display:none" in str(element.get("style", "")).replace(" ", "")
        for element in node.parents
    )
