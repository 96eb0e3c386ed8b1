"""What readers get of our posts, with a client that others wrote (atproto), which checks every record."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from atproto import AtUri, Client, models
from atproto.exceptions import BadRequestError
from PIL import Image

from tasks.social.models import Post, SocialAccount
from tests.doubles.pds_server import HANDLE, PASSWORD, Pds, running
from tests.factories.images import image
from tests.factories.pages import SiteTree
from tests.factories.posting import bring_up_to_date, post_page, withdraw
from tests.factories.publishing import publish

pytestmark = pytest.mark.django_db
ALT = "Zwei Fahnen vor dem Rathaus"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with running(tmp_path_factory.mktemp("pds")) as pds:
        yield pds


@pytest.fixture
def reader(server: Pds, db: None) -> Iterator[Client]:
    """Somebody who is not logged in, once our own account on the server is there."""
    SocialAccount.objects.create(
        name="B",
        channel="bluesky",
        server=server.url,
        credentials={"app_password": PASSWORD},
        options={"handle": HANDLE},
    )
    client = Client(server.url)
    yield client
    client.request.close()


def page_of(site_tree: SiteTree, **fields: Any) -> Any:
    """A page with an image that is posted."""
    flags = image(title="Fahnen", description=ALT)
    return post_page(site_tree.news["fr"], image=flags, hashtags="Échange", **fields)


def read(reader: Client) -> models.AppBskyFeedPost.Record:
    """The one post, as the client understands it."""
    place = AtUri.from_str(Post.objects.get().remote_id)
    found = reader.get_post(place.rkey, place.host).value
    assert isinstance(found, models.AppBskyFeedPost.Record)
    return found


def marked(record: models.AppBskyFeedPost.Record) -> dict[str, Any]:
    """What readers can press → what that is."""
    text = record.text.encode()
    return {
        text[facet.index.byte_start : facet.index.byte_end].decode(): facet.features[0]
        for facet in record.facets or []
    }


def test_the_text_is_the_previewed_one_in_the_pages_language(reader: Client, site_tree: SiteTree) -> None:
    page_of(site_tree, title="Congrès 🇫🇷", lead="Deux jours d’échanges.")
    record = read(reader)
    assert record.text == Post.objects.get().text
    assert record.text.startswith("Congrès 🇫🇷\n\nDeux jours d’échanges.")
    assert record.langs == ["fr"]


def test_the_link_and_the_hashtag_can_be_pressed(reader: Client, site_tree: SiteTree) -> None:
    """Their places are counted in bytes: there are longer characters before them."""
    page = page_of(site_tree, title="Congrès 🇫🇷")
    parts = marked(read(reader))
    assert set(parts) == {page.full_url, "#Échange"}
    assert parts[page.full_url].uri == page.full_url
    assert parts["#Échange"].tag == "Échange"


def test_the_card_shows_title_lead_and_image(reader: Client, server: Pds, site_tree: SiteTree) -> None:
    page = page_of(site_tree, title="Congrès", lead="Deux jours d’échanges.")
    embed = read(reader).embed
    assert isinstance(embed, models.AppBskyEmbedExternal.Main)
    card = embed.external
    assert (card.uri, card.title, card.description) == (page.full_url, "Congrès", "Deux jours d’échanges.")
    assert card.thumb is not None
    data = reader.com.atproto.sync.get_blob({"did": server.did, "cid": card.thumb.cid.encode()})
    with Image.open(BytesIO(data)) as thumb:
        assert (thumb.format, thumb.width / thumb.height) == ("JPEG", 1)


def test_an_image_in_place_of_the_card_keeps_its_alternative_text(
    reader: Client, site_tree: SiteTree
) -> None:
    SocialAccount.objects.update(options={"handle": HANDLE, "picture": True})
    page_of(site_tree)
    embed = read(reader).embed
    assert isinstance(embed, models.AppBskyEmbedImages.Main)
    assert [shown.alt for shown in embed.images] == [ALT]


def test_an_edit_changes_the_post_in_its_place(reader: Client, site_tree: SiteTree) -> None:
    page = page_of(site_tree, title="Congres")
    before, number = read(reader), Post.objects.get().remote_id
    publish(page, title="Congrès")
    bring_up_to_date()
    after = read(reader)
    assert Post.objects.get().remote_id == number
    assert after.text.startswith("Congrès\n")
    assert set(marked(after)) == {page.full_url, "#Échange"}
    assert isinstance(after.embed, models.AppBskyEmbedExternal.Main)
    assert after.embed.external.title == "Congrès"
    assert after.created_at == before.created_at


def test_a_withdrawn_post_is_gone(reader: Client, server: Pds, site_tree: SiteTree) -> None:
    page = page_of(site_tree)
    assert read(reader).text
    page.unpublish()
    withdraw()
    with pytest.raises(BadRequestError, match="Could not locate record"):
        read(reader)
    left = reader.com.atproto.repo.list_records({"repo": server.did, "collection": "app.bsky.feed.post"})
    assert Post.objects.get().remote_id not in [record.uri for record in left.records]
