"""Importing partnerships from CSV or XLSX: read, check the whole file, then write all of it or nothing."""

from partnerships.domain.importing.apply import import_rows
from partnerships.domain.importing.checks import check_rows
from partnerships.domain.importing.questions import settle
from partnerships.domain.importing.reader import read_rows
from partnerships.domain.importing.report import FileUnreadable, ImportReport, Problem

__all__ = ["FileUnreadable", "ImportReport", "Problem", "check_rows", "import_rows", "read_rows", "settle"]
