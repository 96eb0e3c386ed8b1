"""Every text in every mail can be read: 4.5 to 1 on its ground (WCAG 2.2, 1.4.3), light and dark."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cms.models import SiteSettings
from tasks.announcements.models import AnnouncementVersion
from tasks.announcements.route import route_due
from tasks.newsletter.bodies import body_of
from tasks.newsletter.compose import campaign_parts, render
from tasks.newsletter.digests.schedule import open_due
from tasks.newsletter.digests.variants import EVERYTHING
from tasks.newsletter.issues.models import NewsletterIssuePage
from tasks.newsletter.models import Campaign, CampaignKind, Frequency, Subscriber
from tasks.newsletter.preview import parts_of
from tests.doubles.contrast import Shown, shown
from tests.factories.pages import CongressPageFactory, SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber
from tests.unit.test_mail import CONTENT

ENOUGH = 4.5


def announcement(tree: SiteTree) -> str:
    """For French readers, so that the note about the language is in it."""
    version = AnnouncementVersion(language="de", title=CONTENT.title, snapshot=CONTENT.to_json())
    return campaign_parts(Campaign(language="fr", version=version)).html


def issue(tree: SiteTree) -> str:
    page = CongressPageFactory(
        parent=tree.news["de"], title="Kongress", lead="Ein Tag", locale=tree.homes["de"].locale
    )
    blocks = [
        ("heading", "Neues"),
        ("text", '<p>Hallo <b>alle</b>, <a href="https://example.org/">hier</a></p><ul><li>Punkt</li></ul>'),
        ("teaser", {"page": page, "title": "", "text": "", "with_image": False}),
        ("event", {"page": page, "title": "", "when": "", "place": "", "url": ""}),
        ("divider", None),
        ("button", {"label": "Los", "page": None, "url": "https://example.org/x"}),
    ]
    made = draft(tree.news["de"], NewsletterIssuePage, title="Brief", lead="Vorab", body=blocks)
    return parts_of(made, "fr").html


def digest(tree: SiteTree) -> str:
    subscriber("fr")
    Subscriber.objects.update(frequency=Frequency.WEEKLY, digest_from=timezone.now() - timedelta(days=30))
    publish(draft(tree.news["de"], title="Kongress", lead="Ein Tag"))
    route_due()
    open_due(timezone.now() + timedelta(days=7))
    return body_of(Campaign.objects.get(kind=CampaignKind.DIGEST), EVERYTHING).html


def confirmation(tree: SiteTree) -> str:
    return render("confirmation", "de", {"topics": ["Kongresse"], "hours": 72, "frequency": "sofort"})[1]


def settings(tree: SiteTree) -> str:
    return render("settings", "de", {"minutes": 60})[1]


MAILS = [
    (announcement, {"Programm", "Anfahrt", "Haus der Jugend", "Gefördert vom Amt"}),
    (issue, {"Brief", "Vorab", "Neues", "alle", "hier", "Punkt", "Kongress", "Ein Tag", "Los"}),
    (digest, {"Kongress", "Ein Tag"}),
    (confirmation, {"Kongresse"}),
    (settings, set()),
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("mail", "words"), MAILS, ids=[mail.__name__ for mail, _words in MAILS])
def test_every_text_has_enough_contrast(site_tree: SiteTree, mail, words: set[str], dark: bool) -> None:
    SiteSettings.objects.create(site=site_tree.site, organisation="Antenne", imprint_line="Antenne\nHannover")
    found = shown(mail(site_tree), dark=dark)
    assert words | {"Hannover"} <= {piece.text for piece in found}
    too_faint = [piece for piece in found if piece.contrast < ENOUGH]
    assert too_faint == []


def test_dark_mode_makes_the_ground_dark_and_the_text_bright(site_tree: SiteTree) -> None:
    html = announcement(site_tree)
    light, dark = ({piece.text: piece for piece in shown(html, dark=mode)} for mode in (False, True))
    assert light["Programm"].ground == "#ffffff"
    assert dark["Programm"].ground == "#18212b"
    assert light["Programm"].colour == "#17212c"
    assert dark["Programm"].colour == "#e8edf2"
    assert dark["Anfahrt"].colour != dark["Programm"].colour


@pytest.mark.parametrize(
    ("colour", "ground", "ratio"),
    [("#000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ffffff", "#fff", 1.0)],
)
def test_contrast_is_the_one_of_wcag(colour: str, ground: str, ratio: float) -> None:
    assert Shown("", colour, ground).contrast == pytest.approx(ratio, abs=0.01)


def test_faint_text_is_found_where_only_dark_mode_makes_it_faint() -> None:
    html = """<head><style>@media (prefers-color-scheme: dark) {
      .sheet { background: #111111 !important; } a { color: #222222 !important; }
      .go a { color: #eee !important; }
    }</style></head><body><div class="sheet" style="background: #fff; color: #333">
      <a href="#" style="color: #1b4b8f">faint</a><p class="go"><a href="#">bright</a></p></div>
      <div style="display: none; color: #fff">hidden</div></body>"""
    light, dark = (
        {piece.text: piece.contrast > ENOUGH for piece in shown(html, dark=mode)} for mode in (False, True)
    )
    assert light == {"faint": True, "bright": True}
    assert dark == {"faint": False, "bright": True}
