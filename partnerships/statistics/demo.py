"""The demo's statistics pages: title, address and lead by language."""

from __future__ import annotations

TEXTS = {
    "de": (
        "Statistik",
        "statistik",
        "Seit wann, wo, wie groß, wie weit voneinander: die Städtepartnerschaften dieses Verzeichnisses "
        "in Zahlen. Gezählt wird, was im Verzeichnis steht, nicht alles, was es gibt.",
    ),
    "fr": (
        "Statistiques",
        "statistiques",
        "Depuis quand, où, de quelle taille, à quelle distance\u00a0: les jumelages de cet annuaire en "
        "chiffres. Nous comptons ce qui figure dans l’annuaire, non tout ce qui existe.",
    ),
}
