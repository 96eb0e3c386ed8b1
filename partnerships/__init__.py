"""The directory of town twinnings: records, pages, search, map, import and API."""
