"""What readers get of our statuses, read with a client that others wrote (Mastodon.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from bs4 import BeautifulSoup
from mastodon import Mastodon, MastodonNotFoundError

from tasks.social.models import Post, SocialAccount
from tasks.social.posts.withdrawing import delete_withdrawn
from tests.doubles import mastodon_server, snac_server
from tests.factories.images import image
from tests.factories.pages import SiteTree
from tests.factories.posting import bring_up_to_date, post_page, withdraw
from tests.factories.publishing import publish

pytestmark = pytest.mark.django_db
ALT = "Zwei Fahnen vor dem Rathaus – „Städte“ & <Freunde>"
Connect = Callable[..., Mastodon]


@pytest.fixture(scope="module")
def mock() -> Iterator[tuple[str, str]]:
    with mastodon_server.running() as url:
        yield url, mastodon_server.TOKEN


@pytest.fixture
def snac(tmp_path: Path) -> Iterator[tuple[str, str]]:
    with snac_server.running(tmp_path) as server:
        yield server.url, server.token


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """The client closes none of its connections."""
    with requests.Session() as made:
        yield made


def connected(server: tuple[str, str], session: requests.Session, visibility: str = "public") -> Mastodon:
    """A reader's client, once our own account on the server is there."""
    url, token = server
    SocialAccount.objects.create(
        name="M",
        channel="mastodon",
        server=url,
        credentials={"access_token": token},
        options={"visibility": visibility},
    )
    return Mastodon(access_token=token, api_base_url=url, ratelimit_method="throw", session=session)


@pytest.fixture(params=["mock", "snac"])
def connect(request: pytest.FixtureRequest, session: requests.Session) -> Connect:
    """Connect with each of the two servers."""
    server = request.getfixturevalue(request.param)
    return lambda visibility="public": connected(server, session, visibility)


def page_of(site_tree: SiteTree, **fields: Any) -> Any:
    """A page with an image that is posted."""
    flags = image(title="Fahnen", description=ALT)
    return post_page(site_tree.news["fr"], image=flags, hashtags="Jumelage", **fields)


def text_of(status: Any) -> str:
    """What people read of a status."""
    read = BeautifulSoup(status.content, "html.parser")
    for line_break in read.find_all("br"):
        line_break.replace_with("\n")
    paragraphs = read.find_all("p") or [read]
    return "\n\n".join(paragraph.get_text() for paragraph in paragraphs).strip()


def test_text_link_and_image_arrive(connect: Connect, site_tree: SiteTree) -> None:
    reader = connect()
    page = page_of(site_tree, title="Congrès des villes jumelées 🇫🇷", lead="Deux jours d’échanges.")
    post = Post.objects.get()
    status = reader.status(post.remote_id)
    assert text_of(status) == post.text
    assert post.text.startswith("Congrès des villes jumelées 🇫🇷\n\nDeux jours d’échanges.")
    links = [link.get("href") for link in BeautifulSoup(status.content, "html.parser").find_all("a")]
    assert page.full_url in links
    assert status.url == post.remote_url
    (attached,) = status.media_attachments
    assert (attached.type, attached.description) == ("image", ALT)


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_only_those_see_it_who_shall(connect: Connect, visibility: str, site_tree: SiteTree) -> None:
    reader = connect(visibility)
    page_of(site_tree)
    assert reader.status(Post.objects.get().remote_id).visibility == visibility


def test_the_language_is_the_pages(
    mock: tuple[str, str], session: requests.Session, site_tree: SiteTree
) -> None:
    """Not asked of snac, which calls everything English."""
    reader = connected(mock, session)
    page_of(site_tree)
    assert reader.status(Post.objects.get().remote_id).language == "fr"


def test_an_edited_status_keeps_its_number_and_its_image(connect: Connect, site_tree: SiteTree) -> None:
    reader = connect()
    page = page_of(site_tree, title="Congres")
    first = Post.objects.get()
    publish(page, title="Congrès")
    bring_up_to_date()
    status = reader.status(first.remote_id)
    assert text_of(status).startswith("Congrès\n")
    assert text_of(status) == Post.objects.get().text
    (attached,) = status.media_attachments
    assert attached.description == ALT


def test_a_withdrawn_status_is_gone(
    mock: tuple[str, str], session: requests.Session, site_tree: SiteTree
) -> None:
    """Not asked of snac, which cannot delete."""
    reader = connected(mock, session)
    page = page_of(site_tree)
    number = Post.objects.get().remote_id
    assert reader.status(number)
    page.unpublish()
    withdraw()
    with pytest.raises(MastodonNotFoundError):
        reader.status(number)


def test_what_snac_cannot_delete_is_still_there_and_the_editor_reads_so(
    snac: tuple[str, str], session: requests.Session, site_tree: SiteTree
) -> None:
    reader = connected(snac, session)
    page = page_of(site_tree)
    page.unpublish()
    assert delete_withdrawn(20) == 0
    post = Post.objects.get()
    assert "von Hand" in post.detail
    assert text_of(reader.status(post.remote_id)) == post.text
