"""The records in the admin: who may do what, searching, editing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from partnerships.models import Association, Municipality, Partnership
from tests.factories.pages import SiteTree
from tests.factories.partnerships import directory, municipality, partnership

pytestmark = pytest.mark.django_db


def editor(*codenames: str) -> Client:
    """A client logged in as someone with the right to the admin and these rights."""
    user = User.objects.create_user("editor", "editor@example.org", "x")
    rights = Permission.objects.filter(codename__in=("access_admin", *codenames))
    assert rights.count() == len(codenames) + 1
    user.user_permissions.set(rights)
    client = Client()
    client.force_login(user)
    return client


def members(*places: Municipality) -> dict[str, Any]:
    """Form data of the members."""
    return inline_formset(
        [
            {"municipality": place.pk, "side": "ab"[order], "signed_on": "", "signed_precision": "day"}
            for order, place in enumerate(places)
        ]
    )


def form(*places: Municipality, **fields: Any) -> dict[str, Any]:
    """Form data of a partnership."""
    return nested_form_data(
        {
            "kind": "partnership",
            "status": "active",
            "verified": "no",
            "is_listed": "on",
            "members": members(*places),
            "sources": inline_formset([]),
            **fields,
        }
    )


@pytest.mark.parametrize("model", ["municipality", "partnership"])
def test_list_search_filter_and_export_work(admin_client: Client, model: str) -> None:
    partnership(municipality("Göttingen"), municipality("Pau", "FR"))
    partnership(municipality("Celle"), municipality("Meudon", "FR"))
    url = reverse(f"partnerships_{model}_modeladmin_index")
    html = admin_client.get(url, {"q": "goettingen"}).content.decode()
    assert "Göttingen" in html
    assert "Meudon" not in html
    export = admin_client.get(url, {"export": "csv"})
    assert "Meudon" in b"".join(export.streaming_content).decode()


@pytest.mark.parametrize(
    ("model", "query"), [("municipality", "country=FR"), ("partnership", "kind=contact")]
)
def test_list_filters(admin_client: Client, model: str, query: str) -> None:
    partnership(municipality("Celle"), municipality("Meudon", "FR"))
    html = admin_client.get(f"{reverse(f'partnerships_{model}_modeladmin_index')}?{query}").content.decode()
    assert "Celle" not in html


def test_adding_alone_does_not_let_one_list_or_export() -> None:
    partnership(municipality("Celle"), municipality("Meudon", "FR"))
    client = editor("add_municipality")
    response = client.get(reverse("partnerships_municipality_modeladmin_index"), {"export": "csv"})
    assert response.status_code == 302


def test_viewing_does_not_let_one_change_or_delete() -> None:
    place = municipality("Celle")
    client = editor("view_municipality")
    assert client.get(reverse("partnerships_municipality_modeladmin_index")).status_code == 200
    for action in ("edit", "delete"):
        url = reverse(f"partnerships_municipality_modeladmin_{action}", args=[place.pk])
        assert client.post(url, {"name": "Anders"}).status_code == 302
    place.refresh_from_db()
    assert place.name == "Celle"


def test_partnership_made_in_the_admin_gets_its_id_and_is_found(admin_client: Client) -> None:
    places = (
        municipality("Celle", official_code="03351006"),
        municipality("Meudon", "FR", official_code="92048"),
    )
    url = reverse("partnerships_partnership_modeladmin_create")
    assert admin_client.get(url).status_code == 200
    response = admin_client.post(url, form(*places, year_signed="1953"))
    assert response.status_code == 302, response.context["form"].errors
    record = Partnership.objects.get()
    assert record.public_id == "DE03351006-FR92048"
    assert "meudon" in record.search_text
    assert record.sort_key == "celle meudon"


def test_partnership_of_one_place_is_refused(admin_client: Client) -> None:
    url = reverse("partnerships_partnership_modeladmin_create")
    assert admin_client.post(url, form(municipality("Celle"))).status_code == 200
    assert not Partnership.objects.exists()


def test_edit_form_shows_members_and_the_id_read_only(admin_client: Client) -> None:
    record = partnership(municipality("Celle"), municipality("Meudon", "FR"))
    url = reverse("partnerships_partnership_modeladmin_edit", args=[record.pk])
    html = admin_client.get(url).content.decode()
    assert record.public_id in html
    assert 'name="public_id"' not in html
    assert "Meudon" in html


def test_municipality_that_has_partners_is_kept(admin_client: Client) -> None:
    place = municipality("Celle")
    partnership(place, municipality("Meudon", "FR"))
    admin_client.post(reverse("partnerships_municipality_modeladmin_delete", args=[place.pk]))
    assert Municipality.objects.filter(pk=place.pk).exists()


def test_same_code_twice_is_an_error_in_the_form(admin_client: Client) -> None:
    municipality("Celle", official_code="03351006")
    data = {
        "name": "Zelle",
        "country": "DE",
        "level": "municipality",
        "code_type": "ags",
        "official_code": "03351006",
    }
    response = admin_client.post(reverse("partnerships_municipality_modeladmin_create"), data)
    assert response.status_code == 200
    assert Municipality.objects.count() == 1


@pytest.mark.parametrize("name", ["municipality_chooser", "partnership_chooser"])
def test_choosers_search_without_umlauts(admin_client: Client, name: str) -> None:
    partnership(municipality("Göttingen"), municipality("Pau", "FR"))
    partnership(municipality("Celle"), municipality("Meudon", "FR"))
    assert admin_client.get(reverse(f"{name}:choose")).status_code == 200
    html = admin_client.get(reverse(f"{name}:choose_results"), {"q": "goettingen"}).content.decode()
    assert "Göttingen" in html
    assert "Celle" not in html


def test_associations_are_snippets(admin_client: Client) -> None:
    record = partnership(municipality("Celle"), municipality("Meudon", "FR"))
    viewset = Association.snippet_viewset
    url = reverse(viewset.get_url_name("add"))
    data = nested_form_data({"name": "Freundeskreis", "contacts": inline_formset([])})
    response = admin_client.post(url, {**data, "partnerships": [record.pk]})
    assert response.status_code == 302, response.context["form"].errors
    record.refresh_from_db()
    assert "freundeskreis" in record.search_text
    assert "Freundeskreis" in admin_client.get(reverse(viewset.get_url_name("list"))).content.decode()


def test_partnership_page_can_be_made_in_the_admin(site_tree: SiteTree, admin_client: Client) -> None:
    parent = directory(site_tree)["de"]
    record = partnership(municipality("Celle"), municipality("Meudon", "FR"))
    url = reverse("wagtailadmin_pages:add", args=["partnerships", "partnershippage", parent.pk])
    html = admin_client.get(url).content.decode()
    assert "origin_story" in html
    data = nested_form_data(
        {
            "title": "Celle – Meudon",
            "slug": "celle-meudon",
            "lead": "",
            "partnership": record.pk,
            "origin_story": "null",
            "announce": "first",
            "comments": inline_formset([]),
        }
    )
    response = admin_client.post(url, data)
    assert response.status_code == 302, response.context["form"].errors
    assert record.pages.get(alias_of=None).title == "Celle – Meudon"


def test_every_editable_field_has_a_help_text() -> None:
    for model in (Municipality, Partnership, Association):
        for field in model._meta.get_fields():
            if getattr(field, "editable", False) and not field.auto_created and field.concrete:
                assert str(field.help_text), f"{model.__name__}.{field.name}"
