"""Demo content: the page of requests and offers, and some that could be real."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Group, Permission
from django.db import models
from django.utils import timezone

from partnerships.models import Municipality, Topic
from partnerships.requests.choices import NoticeKind, NoticeStatus
from partnerships.requests.models import Notice

TEXTS = {
    "de": (
        "Gesuche und Angebote",
        "gesuche-und-angebote",
        "Wer sucht einen Chor, eine Schule, eine ganze Partnerstadt? Wer hat Betten, Erfahrung oder "
        "Material zu bieten? Geantwortet wird über ein Formular; Adressen sind nirgends zu sehen.",
    ),
    "fr": (
        "Recherches et offres",
        "recherches-et-offres",
        "Qui cherche une chorale, une école, une ville partenaire ? Qui peut offrir un toit, une "
        "expérience, du matériel ? On répond par un formulaire ; aucune adresse n'est visible.",
    ),
}
# Official code, kind, topic, days until the end, German title and text, French title and text.
Entry = tuple[str, NoticeKind, str, int, str, str, str, str]
NOTICES: list[Entry] = [
    (
        *("03241002", NoticeKind.EXCHANGE_GROUP, "music", 150),
        "Gemischter Chor sucht Chor in der Normandie",
        "Wir sind 28 Sängerinnen und Sänger und möchten im Mai nächsten Jahres mit einem französischen "
        "Chor ein gemeinsames Konzert geben. Unterkunft in Familien ist für alle da.",
        "Chorale mixte cherche une chorale en Normandie",
        "Nous sommes 28 choristes et souhaitons donner un concert commun avec une chorale française en mai "
        "prochain. Nous logeons tout le monde en famille.",
    ),
    (
        *("76540", NoticeKind.HOSTING, "youth", 200),
        "",
        "",
        "Hébergement pour 20 jeunes pendant une semaine d'été",
        "Notre comité peut accueillir un groupe de 20 jeunes de 14 à 17 ans en juillet, avec deux "
        "accompagnateurs. Programme à préparer ensemble.",
    ),
    (
        *("03241005", NoticeKind.PROJECT_PARTNER, "energy_climate", 300),
        "Partner für ein Projekt zu Bürgerenergie gesucht",
        "Wir wollen Bürgerinnen und Bürger an Solardächern beteiligen und suchen eine Kommune, die Ähnliches "
        "vorhat. Zwei Treffen im Jahr, Anträge schreiben wir gemeinsam.",
        "",
        "",
    ),
    (
        *("14327", NoticeKind.JOINT_APPLICATION, "remembrance", 90),
        "Gemeinsamer Antrag: Schulen und Erinnerung",
        "Zwei Gymnasien bereiten eine Ausstellung zu Feldpostbriefen vor. Wir suchen eine dritte Stadt für "
        "einen gemeinsamen Antrag.",
        "Demande commune : écoles et mémoire",
        "Deux lycées préparent une exposition sur des lettres de soldats. Nous cherchons une troisième ville "
        "pour une demande commune de financement.",
    ),
    (
        *("03241011", NoticeKind.SPEAKER, "culture", 240),
        "Vortrag: Wie wir junge Mitglieder gewonnen haben",
        "Wir erzählen gern bei Ihnen, was bei uns geklappt hat und was nicht. Auch auf Französisch.",
        "Exposé : comment nous avons trouvé de jeunes membres",
        "Nous racontons volontiers chez vous ce qui a marché chez nous, et ce qui n'a pas marché. En "
        "français aussi.",
    ),
    (
        *("76758", NoticeKind.REVIVAL, "school", 120),
        "Wer hilft, den Schüleraustausch wiederzubeleben?",
        "Seit einigen Jahren ruht der Austausch. Unsere Schule möchte neu anfangen und sucht Rat von "
        "Städten, denen das gelungen ist.",
        "Qui nous aide à relancer l'échange scolaire ?",
        "L'échange est en sommeil depuis quelques années. Notre collège veut recommencer et cherche les "
        "conseils de villes qui y sont arrivées.",
    ),
]


def load() -> int:
    """Write the requests once, for those places that the directory knows; returns how many."""
    if Notice.objects.exists():
        return 0
    codes = [entry[0] for entry in NOTICES]
    places = {place.official_code: place for place in _whole_places().filter(official_code__in=codes)}
    topics = {topic.key: topic for topic in Topic.objects.all()}
    return sum(_make(entry, places, topics) for entry in NOTICES)


def let_editors_edit() -> None:
    """Wagtail's own groups look after requests and see what became of the messages."""
    rights = ("add_notice", "change_notice", "delete_notice", "view_notice")
    codenames = (*rights, "view_relaymessage", "view_noticemail")
    permissions = Permission.objects.filter(content_type__app_label="partnerships", codename__in=codenames)
    for group in Group.objects.filter(name__in=("Editors", "Moderators")):
        group.permissions.add(*permissions)


def _whole_places() -> models.QuerySet[Municipality]:
    return Municipality.objects.exclude(level="district_of_city")


def _make(entry: Entry, places: dict[str, Municipality], topics: dict[str, Topic]) -> bool:
    code, kind, topic, days, title_de, text_de, title_fr, text_fr = entry
    if code not in places:
        return False
    notice = Notice.objects.create(
        municipality=places[code],
        kind=kind,
        status=NoticeStatus.OPEN,
        title_de=title_de,
        text_de=text_de,
        title_fr=title_fr,
        text_fr=text_fr,
        sender_name="Demo",
        sender_email=f"demo-{code}@example.org",
        sender_language="de" if places[code].country == "DE" else "fr",
        expires_on=timezone.localdate() + timedelta(days=days),
    )
    notice.topics.set([topics[topic]] if topic in topics else [])
    return True
