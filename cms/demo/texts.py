"""The words of the core's demo content, in German and French."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

NAME = "Antenne Métropole"
SETTINGS = {
    "organisation": NAME,
    "tagline_de": "Deutsch-französische Anlaufstelle der Metropolregion",
    "tagline_fr": "Point de contact franco-allemand de la région métropolitaine",
    "imprint_line": "Antenne Métropole – Demonstration / démonstration",
}
REGION = "Hannover Braunschweig Göttingen Wolfsburg"
PROJECT = "Europa in der Metropolregion. Näher erleben. Städtepartnerschaftskongress, Netzwerk und Workshops"

Block = tuple[str, Any]


@dataclass(frozen=True)
class Texts:
    """One language: keyword arguments of the pages, and their streams."""

    home: dict[str, Any]
    home_body: list[Block]
    news: dict[str, Any]
    legal: tuple[dict[str, Any], ...]
    congress: dict[str, Any]
    programme: list[Block]
    funder: str


def item(title: str, starts: time | None = None, ends: time | None = None, **more: str) -> dict[str, Any]:
    """One item of the programme."""
    return {"title": title, "starts": starts, "ends": ends, "text": "", "speaker": "", **more}


def programme(friday: list[dict[str, Any]], saturday: list[dict[str, Any]]) -> list[Block]:
    """The two days."""
    return [
        ("day", {"date": date(2026, 4, 10), "title": "", "entries": friday}),
        ("day", {"date": date(2026, 4, 11), "title": "", "entries": saturday}),
    ]


GERMAN = Texts(
    home={
        "title": "Deutschland und Frankreich, von Ort zu Ort",
        "slug": "start",
        "lead": (
            "Antenne Métropole ist die deutsch-französische Anlaufstelle der Metropolregion "
            f"{REGION}: für alle, die eine Städtepartnerschaft gestalten oder eine kennenlernen möchten."
        ),
    },
    home_body=[
        ("heading", "Wer wir sind"),
        (
            "text",
            "<p>Antenne Métropole wurde im Sommer 2010 gemeinsam mit der französischen Botschaft gegründet "
            "und gehört zum Netzwerk des Institut français Deutschland. Wir sind außerdem Informationsstelle "
            "des Deutsch-Französischen Bürgerfonds und des Deutsch-Französischen Jugendwerks.</p>",
        ),
        ("heading", "Worum es geht"),
        (
            "text",
            "<p>Gut 200 deutsch-französische Städtepartnerschaften gibt es allein in Niedersachsen, in ganz "
            "Deutschland sind es rund 2.200. Kongress, Workshops und BarCamps bringen die Menschen zusammen, "
            "die sie im Ehrenamt oder im Rathaus lebendig halten.</p>",
        ),
    ],
    news={
        "title": "Aktuelles",
        "slug": "aktuelles",
        "lead": "Kongress, Workshops, BarCamps und was sonst für Städtepartnerschaften wichtig ist.",
    },
    legal=(
        {
            "title": "Impressum",
            "slug": "impressum",
            "role": "imprint",
            "lead": "Diese Website ist eine Demonstration.",
            "body": [
                (
                    "text",
                    "<p>Sie zeigt, wie eine Website für ein Netzwerk von Städtepartnerschaften "
                    "aussehen kann. "
                    "Im Betrieb stehen hier nach § 5 DDG Name und Anschrift des Trägers, wer ihn vertritt "
                    "und wie man ihn erreicht.</p>",
                )
            ],
        },
        {
            "title": "Datenschutz",
            "slug": "datenschutz",
            "role": "privacy",
            "lead": "Was diese Demonstration speichert, und was nicht.",
            "body": [
                ("heading", "Lesen"),
                (
                    "text",
                    "<p>Wer die Seiten nur liest, bekommt kein Cookie. Es werden keine Inhalte von anderen "
                    "Servern geladen und keine Besuche ausgewertet.</p>",
                ),
                ("heading", "Newsletter"),
                (
                    "text",
                    "<p>Für den Newsletter werden die E-Mail-Adresse, die Sprache und die gewählten Themen "
                    "gespeichert. Mails kommen erst nach einer Bestätigung; jede enthält einen Link zum "
                    "Abbestellen. In dieser Demonstration landen alle Mails in einem Postfach auf demselben "
                    "Rechner.</p>",
                ),
                ("heading", "Im Betrieb"),
                (
                    "text",
                    "<p>Hier stehen dann die verantwortliche Stelle, Zwecke, Rechtsgrundlagen, "
                    "Speicherdauer und die Rechte der Betroffenen.</p>",
                ),
            ],
        },
    ),
    congress={
        "title": "Städtepartnerschaftskongress in Hannover",
        "slug": "staedtepartnerschaftskongress-2026",
        "lead": (
            "Zwei Tage für alle, die deutsch-französische Städtepartnerschaften gestalten: "
            "Workshops, Beispiele "
            "aus der Praxis, ein Vortrag aus der Forschung und ein Konzert."
        ),
        "body": [
            (
                "text",
                f"<p>Der Kongress gehört zum Projekt „{PROJECT}“. Er lädt dazu ein, sich zu vernetzen, "
                "voneinander zu lernen und gemeinsam weiterzudenken.</p>",
            )
        ],
        "registration_opens": "Die Plätze in den Workshops werden gesondert vergeben, ab Kalenderwoche 12",
        "call": (
            "<p>Gesucht werden Beispiele guter Praxis und Ideen für Programme und Projekte des binationalen "
            "Austauschs: in Stichpunkten, dazu ein Bild oder Material.</p>"
        ),
        "hashtags": "Städtepartnerschaft Hannover",
    },
    programme=programme(
        [
            item("Ankommen und Vernetzen, Workshops", time(15), time(18)),
            item("Konzert", time(19, 30), speaker="Barbara Zimmer, deutsch-französische Musikerin"),
        ],
        [
            item(
                "Praxis, Vortrag und Arbeitsphasen",
                time(10, 30),
                time(17),
                text=(
                    "<p>Beispiele guter Praxis und Programmbeispiele, Arbeitsphasen und Abschluss. Vortrag "
                    "über ein Forschungsprojekt zu Förderung und Praxistrends deutsch-französischer "
                    "Kommunalpartnerschaften.</p>"
                ),
                speaker="Vortrag: Dr. Andreas Marchetti",
            )
        ],
    ),
    funder=(
        f"Das Projekt „{PROJECT}“ wird gefördert durch das Amt für regionale Landesentwicklung Leine-Weser."
    ),
)

FRENCH = Texts(
    home={
        "title": "La France et l’Allemagne, de commune à commune",
        "slug": "accueil",
        "lead": (
            "Antenne Métropole est le point de contact franco-allemand de la région métropolitaine de "
            "Hanovre, Braunschweig, Göttingen et Wolfsburg : pour toutes celles et tous ceux qui font "
            "vivre un jumelage ou souhaitent en découvrir un."
        ),
    },
    home_body=[
        ("heading", "Qui sommes-nous ?"),
        (
            "text",
            "<p>Antenne Métropole a été fondée à l’été 2010 avec l’ambassade de France et fait "
            "partie du réseau "
            "de l’Institut français d’Allemagne. Elle est aussi point d’information du Fonds citoyen "
            "franco-allemand et de l’Office franco-allemand pour la Jeunesse.</p>",
        ),
        ("heading", "De quoi s’agit-il ?"),
        (
            "text",
            "<p>La Basse-Saxe compte à elle seule un peu plus de 200 jumelages franco-allemands, l’Allemagne "
            "environ 2 200. Le congrès, les ateliers et les barcamps réunissent les personnes qui les font "
            "vivre, bénévoles ou agents des communes.</p>",
        ),
    ],
    news={
        "title": "Actualités",
        "slug": "actualites",
        "lead": "Congrès, ateliers, barcamps et tout ce qui compte pour les jumelages.",
    },
    legal=(
        {
            "title": "Mentions légales",
            "slug": "mentions-legales",
            "role": "imprint",
            "lead": "Ce site est une démonstration.",
            "body": [
                (
                    "text",
                    "<p>Il montre à quoi peut ressembler le site d’un réseau de jumelages. Sur un site "
                    "réel, on trouve ici, selon le droit allemand (§ 5 DDG), le nom et l’adresse de "
                    "l’organisme responsable, son représentant et les moyens de le joindre.</p>",
                )
            ],
        },
        {
            "title": "Protection des données",
            "slug": "protection-des-donnees",
            "role": "privacy",
            "lead": "Ce que cette démonstration enregistre, et ce qu’elle n’enregistre pas.",
            "body": [
                ("heading", "Lecture"),
                (
                    "text",
                    "<p>La simple lecture des pages ne dépose aucun cookie. Aucun contenu n’est chargé "
                    "depuis d’autres serveurs et aucune visite n’est analysée.</p>",
                ),
                ("heading", "Lettre d’information"),
                (
                    "text",
                    "<p>Pour la lettre d’information, nous enregistrons l’adresse e-mail, la langue et les "
                    "thèmes choisis. Les envois ne commencent qu’après confirmation ; chaque message "
                    "contient un lien de désabonnement. Dans cette démonstration, tous les messages "
                    "arrivent dans une boîte de réception sur le même ordinateur.</p>",
                ),
                ("heading", "Sur un site réel"),
                (
                    "text",
                    "<p>On trouvera ici le responsable du traitement, les finalités, les bases juridiques, "
                    "la durée de conservation et les droits des personnes.</p>",
                ),
            ],
        },
    ),
    congress={
        "title": "Congrès des jumelages à Hanovre",
        "slug": "congres-des-jumelages-2026",
        "lead": (
            "Deux jours pour toutes celles et tous ceux qui font vivre les jumelages "
            "franco-allemands : ateliers, "
            "exemples de terrain, une conférence issue de la recherche et un concert."
        ),
        "body": [
            (
                "text",
                f"<p>Le congrès fait partie du projet « {PROJECT} ». Il invite à tisser des liens, "
                "à apprendre "
                "les uns des autres et à réfléchir ensemble à la suite.</p>",
            )
        ],
        "registration_opens": "Les places dans les ateliers sont attribuées à part, à partir de la "
        "semaine 12",
        "call": (
            "<p>Nous cherchons des exemples de bonnes pratiques et des idées de programmes et de projets "
            "d’échanges binationaux : quelques mots-clés, avec une image ou un document.</p>"
        ),
        "hashtags": "jumelage Hanovre",
    },
    programme=programme(
        [
            item("Accueil et rencontres, ateliers", time(15), time(18)),
            item("Concert", time(19, 30), speaker="Barbara Zimmer, musicienne franco-allemande"),
        ],
        [
            item(
                "Exemples, conférence et séances de travail",
                time(10, 30),
                time(17),
                text=(
                    "<p>Bonnes pratiques et exemples de programmes, séances de travail et clôture. "
                    "Conférence "
                    "sur un projet de recherche consacré au financement et à l’évolution des pratiques dans "
                    "les partenariats communaux franco-allemands.</p>"
                ),
                speaker="Conférence : Dr. Andreas Marchetti",
            )
        ],
    ),
    funder=f"Le projet « {PROJECT} » est soutenu par l’Amt für regionale Landesentwicklung Leine-Weser.",
)

TEXTS = {"de": GERMAN, "fr": FRENCH}
