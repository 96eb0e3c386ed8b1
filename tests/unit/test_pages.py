"""Pages, languages, menus, sitemap and headers of the bundled site."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import Locale, Page, Site
from wagtail.test.utils import WagtailPageTestCase
from wagtail.test.utils.form_data import querydict_from_html
from wagtail.test.utils.page_tests import AUTH_BACKEND

from cms import views
from cms.middleware import foreign_origin
from cms.models import CongressPage, HomePage, NewsIndexPage, SiteSettings, TextPage
from cms.text import absolute_html
from tasks.announcements.models import AnnouncementVersion
from tests.factories.pages import (
    CongressPageFactory,
    FunderLineFactory,
    SiteTree,
    TextPageFactory,
    make_private,
    translate,
)

pytestmark = pytest.mark.django_db


def html(client: Client, path: str, **headers: Any) -> str:
    response = client.get(path, **headers)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-FR,fr;q=0.9", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.5", "fr"),
        ("en", "de"),
        ("", "de"),
        ("de;q=0.3,fr;q=0.8", "fr"),
        ("%%%;;;", "de"),
    ],
)
def test_root_leads_to_the_visitors_language(
    client: Client, site_tree: SiteTree, header: str, language: str
) -> None:
    response = client.get("/", headers={"accept-language": header})
    assert (response.status_code, response["Location"]) == (302, f"/{language}/")
    assert "Accept-Language" in response["Vary"]


def test_english_prefix_serves_no_pages(client: Client, site_tree: SiteTree) -> None:
    assert client.get("/en/").status_code == 404
    assert client.get("/en/aktuelles/").status_code == 404


def test_language_switch_links_the_translation_else_the_home_page(
    client: Client, site_tree: SiteTree
) -> None:
    german = TextPageFactory(parent=site_tree.homes["de"], title="Über uns", slug="ueber")
    assert 'hreflang="fr">Français' in (alone := html(client, "/de/ueber/"))
    assert '<a href="/fr/" lang="fr"' in alone
    assert "x-default" not in alone
    translate(german, site_tree.homes["fr"], title="À propos", slug="a-propos")
    both = html(client, "/de/ueber/")
    assert '<a href="/fr/a-propos/" lang="fr"' in both
    assert '<link rel="alternate" hreflang="fr" href="http://testserver/fr/a-propos/">' in both
    assert '<link rel="alternate" hreflang="x-default" href="http://testserver/de/ueber/">' in both


def test_language_switch_hides_a_draft_translation(client: Client, site_tree: SiteTree) -> None:
    german = TextPageFactory(parent=site_tree.homes["de"], slug="ueber")
    translate(german, site_tree.homes["fr"], slug="a-propos", live=False)
    assert "a-propos" not in html(client, "/de/ueber/")


def test_home_pages_name_the_language_door_as_default(client: Client, site_tree: SiteTree) -> None:
    assert 'hreflang="x-default" href="http://testserver/"' in html(client, "/fr/")


def test_head_says_title_description_and_canonical(client: Client, site_tree: SiteTree) -> None:
    TextPageFactory(parent=site_tree.homes["de"], title="A & B", slug="ab", lead='Kurz "gesagt"')
    page = html(client, "/de/ab/?utm=1")
    assert "<title>A &amp; B –" in page
    assert '<link rel="canonical" href="http://testserver/de/ab/">' in page
    assert '<meta name="description" content="Kurz &quot;gesagt&quot;">' in page
    assert '<meta property="og:title" content="A &amp; B">' in page


def test_imprint_and_privacy_are_linked_from_every_page(client: Client, site_tree: SiteTree) -> None:
    home = site_tree.homes["de"]
    TextPageFactory(parent=home, title="Impressum", slug="impressum", role="imprint")
    TextPageFactory(parent=home, title="Datenschutz", slug="datenschutz", role="privacy")
    TextPageFactory(parent=home, title="Entwurf", slug="entwurf", role="imprint", live=False)
    for path in ("/de/", "/de/aktuelles/", "/de/impressum/"):
        page = html(client, path)
        assert '<a href="/de/impressum/">Impressum</a>' in page
        assert '<a href="/de/datenschutz/">Datenschutz</a>' in page
        assert "Entwurf" not in page


def test_menu_marks_where_one_is(client: Client, site_tree: SiteTree) -> None:
    CongressPageFactory(parent=site_tree.news["de"], slug="kongress")
    assert '<a href="/de/aktuelles/" aria-current="page">' in html(client, "/de/aktuelles/")
    assert '<a href="/de/aktuelles/" aria-current="true">' in html(client, "/de/aktuelles/kongress/")


def test_settings_name_the_site(client: Client, site_tree: SiteTree) -> None:
    SiteSettings.objects.create(
        site=site_tree.site, organisation="Antenne", tagline_de="Nah dran", tagline_fr="Tout près"
    )
    assert "Nah dran" in html(client, "/de/")
    assert "Tout près" in html(client, "/fr/")


def test_footer_shows_the_funder_line_once(client: Client, site_tree: SiteTree) -> None:
    line = FunderLineFactory(text="Gefördert vom Amt.")
    HomePage.objects.filter(pk=site_tree.homes["de"].pk).update(funder=line)
    CongressPageFactory(parent=site_tree.news["de"], slug="kongress", funder=line)
    for path in ("/de/", "/de/aktuelles/", "/de/aktuelles/kongress/"):
        assert html(client, path).count("Gefördert vom Amt.") == 1


def test_news_lists_public_announcements_newest_first(client: Client, site_tree: SiteTree) -> None:
    news = site_tree.news["de"]
    CongressPageFactory(parent=news, title="Erster")
    CongressPageFactory(parent=news, title="Zweiter")
    CongressPageFactory(parent=news, title="Unfertig", live=False)
    make_private(CongressPageFactory(parent=news, title="Vertraulich"))
    page = html(client, "/de/aktuelles/")
    assert page.index("Zweiter") < page.index("Erster")
    assert "Unfertig" not in page
    assert "Vertraulich" not in page


def test_news_is_paged(client: Client, site_tree: SiteTree) -> None:
    for _number in range(NewsIndexPage.per_page + 1):
        CongressPageFactory(parent=site_tree.news["de"])
    assert html(client, "/de/aktuelles/").count('class="card"') == NewsIndexPage.per_page
    second = html(client, "/de/aktuelles/?page=2")
    assert second.count('class="card"') == 1
    assert '<link rel="canonical" href="http://testserver/de/aktuelles/?page=2">' in second
    assert html(client, "/de/aktuelles/?page=nonsense").count('class="card"') == NewsIndexPage.per_page


def test_home_shows_coming_events_soonest_first(client: Client, site_tree: SiteTree) -> None:
    now = timezone.now()
    for title, days in (("Später", 20), ("Bald", 3), ("Vorbei", -3)):
        moment = now + timezone.timedelta(days=days)
        CongressPageFactory(parent=site_tree.news["de"], title=title, starts_at=moment, ends_at=moment)
    CongressPageFactory(
        parent=site_tree.news["de"], title="Offen", starts_at=None, ends_at=None, date_precision="open"
    )
    agenda = re.search(r'<ul class="agenda">.*?</ul>', html(client, "/de/"), re.DOTALL)
    assert agenda is not None
    titles = re.findall(r"<h3><a[^>]*>(.*?)</a>", agenda.group())
    assert titles == ["Bald", "Später", "Offen"]


def test_home_shows_the_news_and_not_every_announceable_page(client: Client, site_tree: SiteTree) -> None:
    archive = TextPageFactory(parent=site_tree.homes["de"], title="Archiv")
    CongressPageFactory(parent=archive, title="Im Archiv")
    CongressPageFactory(parent=site_tree.homes["de"], title="Direkt")
    CongressPageFactory(parent=site_tree.news["de"], title="In den Nachrichten")
    announced = re.search(r'<ul class="cards">.*?</ul>', html(client, "/de/"), re.DOTALL)
    assert announced is not None
    titles = re.findall(r'card__title"><a[^>]*>(.*?)</a>', announced.group())
    assert titles == ["In den Nachrichten", "Direkt"]


def test_list_pages_need_the_same_number_of_queries_for_5_and_50(
    client: Client, site_tree: SiteTree, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    NewsIndexPage.per_page, before = 100, NewsIndexPage.per_page
    try:
        counts = []
        for size in (5, 50):
            while CongressPage.objects.count() < size:
                CongressPageFactory(parent=site_tree.news["de"])
            Site.clear_site_root_paths_cache()
            client.get("/de/aktuelles/")
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert html(client, "/de/aktuelles/").count('class="card"') == size
            counts.append(len(queries))
    finally:
        NewsIndexPage.per_page = before
    assert counts[0] == counts[1]


def test_sitemap_has_all_languages_with_alternates(client: Client, site_tree: SiteTree) -> None:
    draft = TextPageFactory(parent=site_tree.homes["de"], slug="entwurf", live=False)
    private = TextPageFactory(parent=site_tree.homes["de"], slug="intern")
    TextPageFactory(parent=private, slug="darunter")
    make_private(private)
    sitemap = html(client, "/sitemap.xml")
    for path in ("/de/", "/fr/", "/de/aktuelles/", "/fr/actualites/"):
        assert f"<loc>http://testserver{path}</loc>" in sitemap
    assert 'hreflang="fr" href="http://testserver/fr/actualites/"' in sitemap
    for hidden in (draft.slug, "intern", "darunter"):
        assert hidden not in sitemap


def test_robots_names_the_sitemap(client: Client, db: None) -> None:
    assert "Sitemap: http://testserver/sitemap.xml" in html(client, "/robots.txt")


def test_healthz_asks_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert html(client, "/healthz") == "ok"


def test_readyz_is_503_when_a_check_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "checks", list)
    assert json.loads(html(client, "/readyz")) == {"ready": True, "checks": {"database": "ok"}}

    def sweeper() -> str:
        return "has not run for an hour"

    def broken() -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(views, "checks", lambda: [sweeper, broken])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert set(response.json()["checks"].values()) == {"ok", "failed"}
    assert b"an hour" not in response.content
    assert b"secret detail" not in response.content


def test_readyz_is_503_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "database_fault", lambda: "does not answer")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["ready"]) == (503, False)


def test_public_pages_have_a_strict_policy_and_set_no_cookie(client: Client, site_tree: SiteTree) -> None:
    response = client.get("/de/")
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert not response.cookies
    content = response.content.decode()
    assert not re.search(r"\son\w+=|\sstyle=|<style", content)
    assert re.findall(r"<script(?![^>]*ld\+json)", content) == []


def test_admin_may_show_previews_in_a_frame(admin_client: Client, site_tree: SiteTree) -> None:
    policy = admin_client.get(reverse("wagtailadmin_home"))["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy


def test_foreign_origin_of_files_is_allowed() -> None:
    assert foreign_origin("https://files.example.org/media/") == " https://files.example.org"
    assert foreign_origin("/media/") == ""


def test_unknown_address_is_404_in_its_language(client: Client, site_tree: SiteTree) -> None:
    response = client.get("/fr/rien/")
    assert response.status_code == 404
    assert b'<html lang="fr">' in response.content


def test_error_pages_need_no_context(settings: Any) -> None:
    from django.template.loader import render_to_string

    assert 'lang="fr"' in render_to_string("500.html")


def test_draft_home_page_is_not_served(client: Client, site_tree: SiteTree) -> None:
    HomePage.objects.filter(pk=site_tree.homes["fr"].pk).update(live=False)
    assert client.get("/fr/").status_code == 404


def test_absolute_html_cleans_and_completes_links(site_tree: SiteTree) -> None:
    stored = (
        f'<p data-block-key="x1">Siehe <a linktype="page" id="{site_tree.news["de"].pk}">hier</a>, '
        '<a href="https://example.org/">dort</a>.</p>'
    )
    with override("de"):
        cleaned = absolute_html(stored, "http://testserver/de/")
    assert cleaned == (
        '<p>Siehe <a href="http://testserver/de/aktuelles/">hier</a>, <a href="https://example.org/">dort</a>.</p>'
    )
    assert absolute_html("  ", "http://testserver/") == ""


def test_load_demo_twice_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo", json=True)
    first = list(Page.objects.order_by("pk").values_list("pk", "path", "title", "live", "latest_revision_id"))
    drafts = json.loads(capsys.readouterr().out)["drafts"]
    call_command("load_demo", json=True)
    second = list(
        Page.objects.order_by("pk").values_list("pk", "path", "title", "live", "latest_revision_id")
    )
    assert first == second
    assert json.loads(capsys.readouterr().out)["drafts"] == drafts
    assert {home.locale.language_code for home in HomePage.objects.all()} == {"de", "fr"}
    assert set(CongressPage.objects.values_list("live", "announce")) == {(True, "first")}
    assert not AnnouncementVersion.objects.filter(silenced="").exists(), "loading must not mail anybody"
    assert Page.objects.filter(depth=2).count() == 2


def test_demo_home_pages_can_be_read(client: Client) -> None:
    call_command("load_demo", json=True)
    assert "Hannover Braunschweig Göttingen Wolfsburg" in html(client, "/de/", headers={"host": "localhost"})
    assert "franco-allemand" in html(client, "/fr/", headers={"host": "localhost"})
    assert settings.LANGUAGE_CODE == "de"


class TestEditing(WagtailPageTestCase):  # type: ignore[misc]
    """Every page type can be made, edited and previewed in the admin."""

    def setUp(self) -> None:
        """German and French pages."""
        from tests.factories.pages import build_site_tree

        super().setUp()
        self.tree = build_site_tree()
        self.editor = self.create_superuser("editor")

    def test_page_types_stand_where_they_belong(self) -> None:
        """News and events below news pages, texts below the home page."""
        self.assertAllowedParentPageTypes(CongressPage, {NewsIndexPage, HomePage})
        self.assertAllowedParentPageTypes(NewsIndexPage, {HomePage})
        self.assertAllowedParentPageTypes(TextPage, {HomePage, TextPage})

    def test_every_page_type_can_be_edited_and_previewed(self) -> None:
        """With the data that its own edit view shows."""
        german = Locale.objects.get(language_code="de")
        text = TextPageFactory(parent=self.tree.homes["de"], locale=german)
        congress = CongressPageFactory(parent=self.tree.news["de"], languages=["de", "fr"], locale=german)
        for page in (self.tree.homes["de"], self.tree.news["de"], text, congress):
            data = self.form_data(reverse("wagtailadmin_pages:edit", args=[page.pk]))
            self.assertPageIsEditable(page, post_data=data)
            self.assertPageIsPreviewable(page, post_data=data)

    def test_every_page_type_can_be_previewed_before_it_is_saved(self) -> None:
        """The page has no address and no translations yet."""
        parents = {"newsindexpage": "homes", "textpage": "homes", "congresspage": "news"}
        for name, trees in parents.items():
            arguments = ["cms", name, getattr(self.tree, trees)["de"].pk]
            data = self.form_data(reverse("wagtailadmin_pages:add", args=arguments))
            address = reverse("wagtailadmin_pages:preview_on_add", args=arguments)
            made = self.client.post(address, {**data, "title": "Ganz neu", "slug": "ganz-neu"})
            assert made.json()["is_valid"], (name, made.json())
            preview = self.client.get(address)
            assert preview.status_code == 200
            assert "Ganz neu" in preview.content.decode()
            assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]

    def form_data(self, address: str) -> Any:
        """What the form at ``address`` holds; its scripts would add the empty streams."""
        self.client.force_login(self.editor, AUTH_BACKEND)
        response = self.client.get(address)
        data = querydict_from_html(response.content.decode(), form_id="page-edit-form")
        return {**data.dict(), "body-count": "0", "programme-count": "0", "call": "null"}
