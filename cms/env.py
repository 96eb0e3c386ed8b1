"""Typed reading of environment variables.

Faults are collected instead of raised, so that an operator sees all of them at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class Environment:
    """The process environment; ``NAME_FILE`` names a file that holds the value of ``NAME``."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self.variables = os.environ if variables is None else variables
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """The value of ``name``, or of the file that ``name_FILE`` names, or ``default``."""
        path = self.variables.get(f"{name}_FILE")
        if path:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                self.faults.append(f"{name}_FILE cannot be read: {error}")
                return default
        return self.variables.get(name, default)

    def required(self, name: str, why: str) -> str:
        """The value of ``name``; a fault that says ``why`` it is needed where it is missing."""
        value = self.text(name)
        if not value:
            self.faults.append(f"{name} is missing: {why}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A truth value: 1/true/yes/on or 0/false/no/off."""
        raw = self.text(name, "1" if default else "0").lower()
        if raw not in TRUE | FALSE:
            self.faults.append(f"{name} must be 1 or 0, not {raw!r}")
        return raw in TRUE

    def integer(self, name: str, default: int) -> int:
        """A whole number."""
        raw = self.text(name, str(default))
        try:
            return int(raw)
        except ValueError:
            self.faults.append(f"{name} must be a whole number, not {raw!r}")
            return default

    def words(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list without empty entries."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def beginning_with(self, prefix: str) -> dict[str, str]:
        """All texts whose names begin with ``prefix``, by the rest of the name."""
        names = {name.removesuffix("_FILE") for name in self.variables if name.startswith(prefix)}
        return {name.removeprefix(prefix): self.text(name) for name in sorted(names)}

    def raise_for_faults(self) -> None:
        """Raise ``ImproperlyConfigured`` with one line per fault, if there is any."""
        if self.faults:
            lines = "\n".join(f"  - {fault}" for fault in dict.fromkeys(self.faults))
            raise ImproperlyConfigured(f"The environment is not complete:\n{lines}")
