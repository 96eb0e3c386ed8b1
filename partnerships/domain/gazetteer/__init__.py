"""The list of all municipalities: read, check each country whole, then write all of it or nothing."""

from partnerships.domain.gazetteer.load import import_gazetteer
from partnerships.domain.gazetteer.report import GazetteerReport
from partnerships.domain.reference import DATA

SHIPPED = DATA / "municipalities.csv.gz"

__all__ = ["SHIPPED", "GazetteerReport", "import_gazetteer"]
