"""From any image of the site to a photo that Instagram takes, at an address where it can fetch it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from PIL import Image
from pytest_httpserver import HTTPServer
from wagtail.images import get_image_model

from cms.announceable import Picture
from cms.pictures import picture
from tasks.social.channel import Rejected
from tasks.social.contract import ticket
from tasks.social.images import name_in_storage
from tasks.social.instagram import photo
from tasks.social.instagram.channel import LIMITS, InstagramChannel
from tasks.social.models import SocialAccount
from tasks.social.planning.previews import Preview
from tests.doubles.graph import OWNER, TOKEN, Graph
from tests.factories.pages import SiteTree
from tests.factories.posting import post_page
from tests.factories.social import draft, rendered

pytestmark = pytest.mark.django_db
BASE = "https://antenne.example/"
ELSEWHERE = Picture("https://elsewhere.example/bild.png", "Fahnen", 1200, 900)


@pytest.fixture(autouse=True)
def fresh_renditions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """None is known of an earlier image of the same number. Wagtail leaves the files open that it makes."""
    get_image_model().get_rendition_model().cache_backend.clear()
    with ExitStack() as files:

        def opened(**options: Any) -> Any:
            return files.enter_context(SpooledTemporaryFile(**options))

        monkeypatch.setattr("wagtail.images.models.SpooledTemporaryFile", opened)
        yield


def uploaded(width: int, height: int, kind: str = "PNG", right: str = "blue", **fields: Any) -> Any:
    """An image whose left half is red, as an editor uploads it."""
    drawn = Image.new("RGBA" if kind != "JPEG" else "RGB", (width, height), "red")
    drawn.paste(right, (width // 2, 0, width, height))
    data = BytesIO()
    drawn.save(data, kind)
    file = ContentFile(data.getvalue(), f"bild.{kind.lower()}")
    return get_image_model().objects.create(title="Bild", description="Zwei Fahnen", file=file, **fields)


def fetched(address: str) -> Image.Image:
    """What the service gets, from our own storage."""
    with default_storage.open(name_in_storage(address)) as file:
        data = file.read()
    assert len(data) < 8_000_000
    found = Image.open(BytesIO(data))
    assert found.format == "JPEG"
    assert found.width <= 1440
    assert 4 / 5 <= found.width / found.height <= 1.91
    return found


def shown(image: Any) -> Picture:
    made = picture(image, BASE)
    assert made is not None
    return made


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "JPEG"])
def test_every_format_becomes_a_jpeg_at_a_public_address(kind: str) -> None:
    address = photo.address(shown(uploaded(1200, 900, kind)))
    assert address.startswith("https://antenne.example/media/")
    assert address.endswith(".jpg")
    assert fetched(address).size == (1200, 900)


def test_what_is_transparent_becomes_white() -> None:
    found = fetched(photo.address(shown(uploaded(800, 800, right="#00000000"))))
    assert found.getpixel((700, 400)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (2400, 600),
        (600, 2400),
        (1201, 1502),
        (1337, 700),
        (101, 127),
        (103, 129),
        (97, 31),
        (33, 17),
        (1, 1),
        (1, 9),
        (5000, 400),
        (4000, 5000),
    ],
)
def test_every_shape_comes_within_the_limits(width: int, height: int) -> None:
    found = fetched(photo.address(shown(uploaded(width, height))))
    assert 4 / 5 <= found.width / found.height <= 1.91
    assert found.width <= 1440


@pytest.mark.parametrize(("width", "height"), [(1200, 1500), (1080, 566), (1000, 1000), (1600, 900)])
def test_what_is_within_the_limits_is_shown_whole(width: int, height: int) -> None:
    found = fetched(photo.address(shown(uploaded(width, height))))
    assert found.width / found.height == pytest.approx(width / height, abs=0.005)


@pytest.mark.parametrize(("focus", "colour"), [(100, (254, 0, 0)), (2300, (0, 0, 254))])
def test_what_is_cut_is_cut_around_the_focal_point(focus: int, colour: tuple[int, int, int]) -> None:
    image = uploaded(
        2400,
        600,
        focal_point_x=focus,
        focal_point_y=300,
        focal_point_width=100,
        focal_point_height=100,
    )
    found = fetched(photo.address(shown(image)))
    assert {found.getpixel((x, 200)) for x in (5, found.width - 5)} == {colour}


@pytest.mark.parametrize(
    ("width", "height", "shape"), [(1200, 900, "whole"), (600, 1800, "tall"), (2400, 600, "wide")]
)
def test_the_preview_knows_what_will_be_seen(width: int, height: int, shape: str) -> None:
    post = InstagramChannel().render(draft(image=shown(uploaded(width, height))), LIMITS)
    assert InstagramChannel().validate(post, LIMITS) == []
    preview = Preview(SocialAccount(name="I"), [], InstagramChannel(), LIMITS, post)
    html = render_to_string(InstagramChannel.preview_template, {"preview": preview})
    assert f'class="post__picture post__picture--{shape}"' in html


@pytest.mark.parametrize(
    "wrong",
    [
        ELSEWHERE,
        replace(ELSEWHERE, url="https://elsewhere.example/bild.jpg", width=4000),
        replace(ELSEWHERE, url="https://elsewhere.example/bild.jpg", height=4000),
    ],
)
def test_a_picture_of_elsewhere_that_does_not_fit_is_refused_before_it_is_sent(wrong: Picture) -> None:
    (problem,) = InstagramChannel().validate(rendered(image=wrong), LIMITS)
    assert problem.field == "image"
    with pytest.raises(Rejected, match="JPEG"):
        photo.address(wrong)


def test_a_fitting_picture_of_elsewhere_is_fetched_there() -> None:
    fitting = replace(ELSEWHERE, url="https://elsewhere.example/bild.JPG")
    assert InstagramChannel().validate(rendered(image=fitting), LIMITS) == []
    assert photo.address(fitting) == fitting.url


def test_an_image_whose_file_is_lost_is_refused_and_nothing_is_posted(httpserver: HTTPServer) -> None:
    image = uploaded(1200, 900)
    known = shown(image)
    image.file.storage.delete(image.file.name)
    account = SocialAccount(server=httpserver.url_for(""), options={"identifier": OWNER})
    httpserver.expect_request(f"/{OWNER}/content_publishing_limit").respond_with_json({})
    with pytest.raises(Rejected):
        InstagramChannel().publish(rendered(image=known), account, ticket())


def test_a_page_with_a_png_is_posted(httpserver: HTTPServer, site_tree: SiteTree) -> None:
    service = Graph(httpserver, b"/media_publish ")
    SocialAccount.objects.create(
        name="I",
        channel="instagram",
        server=service.url,
        credentials={"access_token": TOKEN},
        options={"identifier": OWNER},
    )
    post_page(site_tree.news["de"], image=uploaded(2400, 600))
    (post,) = service.posts.values()
    assert post["alt_text"] == "Zwei Fahnen"
    assert fetched(post["image_url"]).height == 600
    service.proxy.close()
