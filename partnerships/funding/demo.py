"""The demo's funding programmes: real ones, with what is known of them and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

from partnerships.funding.choices import DeadlineKind
from partnerships.funding.models import FundingDeadline, FundingProgramme

TEXTS = {
    "de": (
        "Förderung",
        "foerderung",
        "Wer hilft beim Bezahlen? Sagen Sie, was Sie vorhaben, und sehen Sie, welches Programm passt und "
        "bis wann der Antrag da sein muss. Verbindlich ist immer die Seite des Förderers.",
    ),
    "fr": (
        "Financements",
        "financements",
        "Qui peut vous aider à financer votre projet\u00a0? Décrivez-le et voyez quel programme convient et "
        "jusqu’à quand déposer la demande. Seule la page du financeur fait foi.",
    ),
}
READ = date(2026, 11, 1)
INFO_POINT = "https://metropolregion.de/europaeische-zusammenarbeit/staedtepartnerschaften"
CITIZENS = {
    "funder": "Deutsch-Französischer Bürgerfonds / Fonds citoyen franco-allemand",
    "people_min": 3,
    "share_max": 80,
    "counted_by": "project",
    "countries": ["DE", "FR"],
    "url": "https://www.buergerfonds.eu/",
    "checked_on": READ,
}
PROGRAMMES: list[dict[str, Any]] = [
    {
        **CITIZENS,
        "key": "citizens-fund",
        "name_de": "Deutsch-Französischer Bürgerfonds, bis 50.000 €",
        "name_fr": "Fonds citoyen franco-allemand, jusqu’à 50\u00a0000\u00a0€",
        "name_en": "Franco-German Citizens' Fund, up to €50,000",
        "text_de": "Drei Stufen: bis 5.000, bis 10.000 und bis 50.000 Euro. Schon eine Gruppe ab "
        "drei Personen "
        "kann fragen, und auch die Suche nach einem Partner wird gefördert. Antenne Métropole ist Infopunkt.",
        "text_fr": "Trois catégories\u00a0: jusqu’à 5\u00a0000, 10\u00a0000 et 50\u00a0000 euros. "
        "Un groupe de trois "
        "personnes suffit, et la recherche d’un partenaire peut être financée elle aussi. Antenne Métropole "
        "est point info.",
        "text_en": "Three categories: up to 5,000, 10,000 and 50,000 euros. A group of three is "
        "enough, and the "
        "search for a partner can be funded, too. Antenne Métropole is an information point.",
        "amount_max": 50_000,
        "deadlines": [FundingDeadline(kind=DeadlineKind.ROLLING)],
    },
    {
        **CITIZENS,
        "key": "citizens-fund-large",
        "name_de": "Deutsch-Französischer Bürgerfonds, über 50.000 €",
        "name_fr": "Fonds citoyen franco-allemand, plus de 50\u00a0000\u00a0€",
        "name_en": "Franco-German Citizens' Fund, more than €50,000",
        "text_de": "Für große Vorhaben. Anders als sonst beim Bürgerfonds gibt es hier feste "
        "Termine; sie stehen "
        "auf der Seite des Förderers.",
        "text_fr": "Pour les grands projets. Cette catégorie a des dates fixes, à consulter sur la page du "
        "financeur.",
        "text_en": "For large projects. This category has fixed dates, to be found on the funder's page.",
        "amount_min": 50_000,
    },
    {
        "key": "dfjw-ofaj",
        "name_de": "Deutsch-Französisches Jugendwerk (DFJW)",
        "name_fr": "Office franco-allemand pour la Jeunesse (OFAJ)",
        "name_en": "Franco-German Youth Office (DFJW/OFAJ)",
        "text_de": "Für Begegnungen von Kindern und Jugendlichen. Sätze und Fristen stehen beim "
        "DFJW; Antenne "
        "Métropole ist Infopunkt.",
        "text_fr": "Pour les rencontres d’enfants et de jeunes. Montants et délais sont à consulter "
        "auprès de "
        "l’OFAJ\u00a0; Antenne Métropole est point info.",
        "text_en": "For meetings of children and young people. Rates and deadlines are on the funder's page; "
        "Antenne Métropole is an information point.",
        "funder": "DFJW / OFAJ",
        "ages": ["young"],
        "countries": ["DE", "FR"],
        "url": "https://www.dfjw.org/",
        "checked_on": READ,
    },
    {
        "key": "arl-leine-weser",
        "name_de": "Amt für regionale Landesentwicklung Leine-Weser",
        "name_fr": "Office pour le développement régional Leine-Weser",
        "name_en": "Office for Regional Development Leine-Weser",
        "text_de": "Fördert das Projekt „Europa in der Metropolregion. Näher erleben.“ mit "
        "Kongress, Netzwerk und "
        "Workshops. Ob und wie andere gefördert werden, weiß das Amt.",
        "text_fr": "Finance le projet «\u00a0Europa in der Metropolregion. Näher erleben.\u00a0» "
        "avec son congrès, "
        "son réseau et ses ateliers. L’office renseigne sur les autres possibilités.",
        "text_en": "Funds the project “Europa in der Metropolregion. Näher erleben.” with its "
        "congress, network "
        "and workshops. The office knows what else it can fund.",
        "funder": "Amt für regionale Landesentwicklung Leine-Weser",
        "url": INFO_POINT,
        "checked_on": READ,
    },
]


def load() -> None:
    """Write the programmes once; what exists already is left as its editors made it."""
    if FundingProgramme.objects.exists():
        return
    for facts in PROGRAMMES:
        deadlines = facts.get("deadlines", [])
        fields = {name: value for name, value in facts.items() if name != "deadlines"}
        programme = FundingProgramme(**fields)
        programme.deadlines = [FundingDeadline(kind=deadline.kind) for deadline in deadlines]
        programme.save()
