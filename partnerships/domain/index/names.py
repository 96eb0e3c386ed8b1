"""Which places bear a name: among tens of thousands, accents and umlauts aside."""

from __future__ import annotations

from bisect import bisect_right

from partnerships.models import Municipality


class Names:
    """The names of all places that have a position, as one text: searching it takes a millisecond."""

    def __init__(self) -> None:
        rows = Municipality.objects.exclude(lat=None).order_by().values_list("pk", "search_text")
        self._keys: list[int] = []
        self._starts: list[int] = []
        parts: list[str] = []
        at = 0
        for key, names in rows.iterator(chunk_size=5000):
            part = f"\n{names}\n"
            self._keys.append(key)
            self._starts.append(at)
            parts.append(part)
            at += len(part)
        self._text = "".join(parts)

    def find(self, folded: str) -> list[int]:
        """Primary keys of the places with this name, which is folded as search texts are."""
        found, wanted = [], f"\n{folded}\n"
        at = self._text.find(wanted) if folded else -1
        while at >= 0:
            found.append(self._keys[bisect_right(self._starts, at) - 1])
            at = self._text.find(wanted, at + len(folded) + 1)
        return found
