"""Names made comparable: without accents, with both spellings of umlauts, in lower case."""

from __future__ import annotations

import re
import unicodedata

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
LIGATURES = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o"})
SAINTS = {"st": "saint", "ste": "sainte"}


def fold(text: str) -> str:
    """Lower case ASCII words parted by one blank: “Saint-Aubin-lès-Elbeuf” → “saint aubin les elbeuf”."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = re.sub(r"[^\w]+", " ", plain).split()
    return " ".join(SAINTS.get(word, word) for word in words)


def fold_german(text: str) -> str:
    """As ``fold``, but with umlauts written out: “Göttingen” → “goettingen”."""
    return fold(unicodedata.normalize("NFC", text).casefold().translate(UMLAUTS))


def searchable(*texts: str) -> str:
    """Both spellings of all texts, each once, so that a folded query is found in either."""
    found = (spelling for text in texts for spelling in (fold(text), fold_german(text)))
    return "\n".join(dict.fromkeys(spelling for spelling in found if spelling))


def tokens(query: str) -> list[str]:
    """The folded words of a query; all of them have to be found."""
    return fold(query).split()
