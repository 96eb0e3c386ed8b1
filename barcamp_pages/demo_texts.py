"""The demo's report of the BarCamp of 25 November 2025, in German and in French."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ReportText:
    """One language's version: plain fields of the page, and the values of its streams."""

    slug: str
    fields: dict[str, str]
    paragraphs: tuple[str, ...]
    rounds: tuple[str, tuple[str, ...], str]
    """Title of round 1, its topics, title of round 2, whose topics are not recorded."""
    ideas: tuple[str, ...]
    guest: dict[str, str]
    thanks: tuple[dict[str, str], ...]

    def streams(self) -> dict[str, list[tuple[str, Any]]]:
        """The values for the page's StreamFields."""
        return {
            "body": [("text", "".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs))],
            "rounds": self._rounds(),
            "ideas": [
                ("idea", {"text": text, "kind": kind}) for text, kind in zip(self.ideas, KINDS, strict=True)
            ],
            "guests": [("guest", self.guest)],
            "thanks": [("thanks", thanks) for thanks in self.thanks],
        }

    def _rounds(self) -> list[tuple[str, Any]]:
        first, topics, second = self.rounds
        tables = [{"topic": topic} for topic in topics]
        return [
            ("round", {"title": first, "tables": tables}),
            ("round", {"title": second, "topics_not_recorded": True}),
        ]


KINDS = ("event", "project")
VENUE = "Stadtbibliothek Hannover"

GERMAN = ReportText(
    slug="barcamp-november-2025",
    fields={
        "title": "BarCamp in Hannover: Austausch und Ideen aus über 20 Städtepartnerschaften",
        "seo_title": "BarCamp für Städtepartnerschaften in Hannover",
        "lead": (
            "Rund 30 Engagierte aus über 20 deutsch-französischen Städtepartnerschaften haben in der "
            "Stadtbibliothek Hannover ihre eigenen Fragen auf den Tisch gebracht: Wie gewinnen wir "
            "Mitglieder, wie werden wir gesehen, was machen wir gemeinsam?"
        ),
        "moderator_function": "Leiter der Stadtbibliothek Hannover",
        "largest_place": "die Landeshauptstadt",
        "next_event_title": "Städtepartnerschaftskongress",
        "next_event_text": (
            "10. und 11. April in Hannover; Einzelheiten folgen auf der Website und in den sozialen Medien"
        ),
        "hashtags": "BarCamp Städtepartnerschaft",
        "search_description": (
            "Bericht vom BarCamp am 25. November 2025 in der Stadtbibliothek Hannover: zwei Runden, viele "
            "Tische, Ideen für deutsch-französische Städtepartnerschaften."
        ),
    },
    paragraphs=(
        "Ein BarCamp hat kein fertiges Programm: Die Themen bringen die Teilnehmenden mit. Tom Becker "
        "moderierte. Nach einer kurzen Einführung nannten die Teilnehmenden ihre eigenen Themen und Fragen"
        " und besprachen sie dann in zwei Runden an mehreren Tischen, in freiem Austausch.",
        "Gekommen waren Ehrenamtliche und Hauptamtliche, aus Orten mit rund 1.000 Einwohnerinnen und "
        "Einwohnern ebenso wie aus der Landeshauptstadt.",
    ),
    rounds=(
        "Runde 1",
        (
            "Mitgliedergewinnung",
            "Sichtbarkeit der Städtepartnerschaften",
            "Aktionen und Programme für Austausche",
            "Freie Gesprächsrunde",
        ),
        "Runde 2",
    ),
    ideas=(
        "„Reinschnuppern“ vor Ort: Veranstaltungen mit niedriger Schwelle, bei denen man eine "
        "Städtepartnerschaft kennenlernen kann.",
        "Mögliche Austauschprojekte.",
    ),
    guest={
        "organisation": "Transformationsstelle der Vereinigung Deutsch-Französischer Gesellschaften (VDFG)",
        "person": "Julia Müller",
        "what": "Informationen zu Unterstützung und Förderung",
    },
    thanks=(
        {"to": "Stadtbibliothek Hannover", "what_for": "für die Räume"},
        {"to": "Tom Becker", "what_for": "für die Moderation"},
        {"to": "Alle Teilnehmenden", "what_for": "fürs Mitmachen"},
    ),
)

FRENCH = ReportText(
    slug="barcamp-novembre-2025",
    fields={
        "title": "Barcamp à Hanovre : échanges et idées de plus de 20 jumelages",
        "seo_title": "Barcamp des jumelages à Hanovre",
        "lead": (
            "Une trentaine de personnes engagées dans plus de 20 jumelages franco-allemands ont apporté "
            "leurs propres questions à la bibliothèque municipale de Hanovre : comment trouver de nouveaux"
            " membres, comment se faire connaître, que faire ensemble ?"
        ),
        "moderator_function": "directeur de la Stadtbibliothek Hannover (bibliothèque municipale de Hanovre)",
        "largest_place": "la capitale du Land",
        "next_event_title": "Congrès des jumelages",
        "next_event_text": (
            "Les 10 et 11 avril à Hanovre ; précisions à venir sur le site et les réseaux sociaux"
        ),
        "hashtags": "Barcamp Jumelage",
        "search_description": (
            "Compte rendu du barcamp du 25 novembre 2025 à la bibliothèque municipale de Hanovre : deux "
            "tours de discussion et des idées pour les jumelages franco-allemands."
        ),
    },
    paragraphs=(
        "Un barcamp n’a pas de programme fixé d’avance : ce sont les participants qui apportent les "
        "thèmes. Tom Becker animait la rencontre. Après une brève introduction, chacun a pu proposer ses "
        "thèmes et ses questions, puis on en a parlé librement, en deux tours et autour de plusieurs "
        "tables.",
        "Bénévoles et professionnels étaient venus de communes d’environ 1 000 habitants comme de la "
        "capitale du Land.",
    ),
    rounds=(
        "Premier tour",
        (
            "Trouver de nouveaux membres",
            "Rendre les jumelages visibles",
            "Actions et programmes d’échange",
            "Table ouverte",
        ),
        "Deuxième tour",
    ),
    ideas=(
        "« Goûter » au jumelage sur place : des rencontres faciles d’accès pour découvrir ce qu’est un "
        "jumelage.",
        "De possibles projets d’échange.",
    ),
    guest={
        "organisation": (
            "Transformationsstelle de la VDFG (Vereinigung Deutsch-Französischer Gesellschaften, "
            "fédération des associations franco-allemandes)"
        ),
        "person": "Julia Müller",
        "what": "Informations sur l’accompagnement et le financement",
    },
    thanks=(
        {"to": "La bibliothèque municipale de Hanovre", "what_for": "pour les salles"},
        {"to": "Tom Becker", "what_for": "pour l’animation"},
        {"to": "Toutes les personnes présentes", "what_for": "pour leur participation"},
    ),
)

TEXTS = {"de": GERMAN, "fr": FRENCH}
