"""The words of the demo's issue, in German and French."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class IssueText:
    """One language; the last three are the slugs of the pages that the issue tells of."""

    title: str
    slug: str
    lead: str
    greeting: str
    looking_back: str
    barcamp: str
    looking_ahead: str
    button: str
    congress: str
    report: str
    directory: str


TEXTS = {
    "de": IssueText(
        title="Newsletter: vom BarCamp zum Kongress",
        slug="newsletter-vom-barcamp-zum-kongress",
        lead="Was das BarCamp in Hannover bewegt hat, und worum es im April auf dem Kongress geht.",
        greeting=(
            "<p>Guten Tag,</p><p>im November lag auf den Tischen, was Ehrenamtliche und Hauptamtliche aus "
            "Städtepartnerschaften beschäftigt. Im April geht es weiter.</p>"
        ),
        looking_back="Rückblick",
        barcamp=(
            "<p>Am 25. November 2025 sprachen rund 30 Engagierte aus über 20 deutsch-französischen "
            "Städtepartnerschaften in der <b>Stadtbibliothek Hannover</b> über ihre eigenen Fragen, darunter "
            "Mitgliedergewinnung und Sichtbarkeit.</p>"
        ),
        looking_ahead="Vormerken",
        button="Städtepartnerschaften finden",
        congress="staedtepartnerschaftskongress-2026",
        report="barcamp-november-2025",
        directory="partnerschaften",
    ),
    "fr": IssueText(
        title="Lettre d’information : du barcamp au congrès",
        slug="lettre-du-barcamp-au-congres",
        lead="Ce dont on a parlé au barcamp de Hanovre, et ce qui vous attend au congrès en avril.",
        greeting=(
            "<p>Bonjour,</p><p>En novembre, on a mis sur les tables ce qui préoccupe les bénévoles et les "
            "agents qui font vivre les jumelages. La suite vous attend en avril.</p>"
        ),
        looking_back="Retour sur le barcamp",
        barcamp=(
            "<p>Le 25 novembre 2025, une trentaine de personnes engagées dans plus de 20 jumelages "
            "franco-allemands ont échangé sur leurs propres questions à la <b>bibliothèque municipale de "
            "Hanovre</b> : trouver de nouveaux membres, se faire connaître, et d’autres encore.</p>"
        ),
        looking_ahead="À noter",
        button="Trouver un jumelage",
        congress="congres-des-jumelages-2026",
        report="barcamp-novembre-2025",
        directory="jumelages",
    ),
}
