"""The files in a zip, with limits: an archive may be far larger than it looks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

MAX_BYTES = 200 * 1024 * 1024
MAX_MEMBERS = 50
# zipfile raises the last of these for a compression that it does not know.
UNREADABLE = (zipfile.BadZipFile, EOFError, NotImplementedError)
OFFICE = {"[Content_Types].xml", "content.xml"}


class FileUnreadable(Exception):
    """The file as a whole cannot be used; the message says why."""


def is_zip(path: Path) -> bool:
    """Whether the file is a zip, whatever its name says."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def tables_in(path: Path) -> list[str]:
    """The names of the CSV files in the zip.

    Raises ``FileUnreadable`` for what no export looks like.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except UNREADABLE as error:
        raise FileUnreadable(_("The zip file is damaged.")) from error
    _check(members)
    if OFFICE & {member.filename for member in members}:
        raise FileUnreadable(
            _("This is a file of Excel or LibreOffice. Save it as CSV there, and choose that file.")
        )
    names = [member.filename for member in members if member.filename.lower().endswith(".csv")]
    wanted = [name for name in names if not name.startswith("__MACOSX/")]
    if not wanted:
        raise FileUnreadable(_("There is no CSV file in the zip file."))
    return wanted


def _check(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise FileUnreadable(
            _("There are more than %(number)s files in the zip file.") % {"number": MAX_MEMBERS}
        )
    if any(_leaves(member.filename) for member in members):
        raise FileUnreadable(_("The zip file names a file outside of itself."))
    if any(member.flag_bits & 1 for member in members):
        raise FileUnreadable(_("The zip file is protected with a password."))
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise too_large()


def _leaves(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0]


def too_large() -> FileUnreadable:
    """The error for what would fill the memory or the disk."""
    return FileUnreadable(_("The file is larger than %(size)s MB.") % {"size": MAX_BYTES // 1024 // 1024})


@contextmanager
def opened(path: Path, member: str) -> Iterator[IO[bytes]]:
    """The bytes of a file, or of ``member`` of a zip. Nothing is ever unpacked to the disk."""
    try:
        if not member:
            with path.open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(path) as archive, archive.open(member) as packed:
            yield io.BufferedReader(packed)  # type: ignore[type-var]
    except UNREADABLE as error:
        raise FileUnreadable(_("The zip file is damaged.")) from error
