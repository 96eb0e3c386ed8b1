"""The text of a post: what it says, and that it fits."""

from __future__ import annotations

import pytest

from cms.announceable import AnnouncementContent
from tasks.social.channel import Channel, Draft, Limits
from tasks.social.noticeboard.channel import NoticeboardChannel

LIMITS = Limits(max_length=500, url_length=23)


def content(**fields: object) -> AnnouncementContent:
    values = {
        "title": "Titel",
        "lead": "Vorspann",
        "url": "https://example.org/" + "x" * 80,
        "locale": "de",
        "topic": "congress",
        "kind": "Kongress",
    }
    return AnnouncementContent(**(values | fields))


def test_a_link_counts_what_the_service_says() -> None:
    channel = NoticeboardChannel()
    assert channel.count("https://example.org/" + "x" * 200, LIMITS) == 23
    assert channel.count("👩‍👩‍👧‍👦é", LIMITS) == 2
    assert channel.count("https://example.org", Limits(100)) == 19


@pytest.mark.parametrize("length", [0, 1, 300, 463, 464, 465, 466, 467, 5000])
def test_text_always_fits_and_always_has_title_and_link(length: int) -> None:
    channel = NoticeboardChannel()
    rendered = channel.render(Draft(content(lead=("wort " * 2000)[:length].strip())), LIMITS)
    assert channel.count(rendered.text, LIMITS) <= LIMITS.max_length
    assert rendered.text.startswith("Titel")
    assert content().url in rendered.text


def test_long_lead_is_shortened_quickly() -> None:
    channel, counted = NoticeboardChannel(), []
    lead = "wort " * 20_000
    channel.count = lambda text, limits: counted.append(len(text)) or Channel.count(channel, text, limits)
    text = channel.render(Draft(content(lead=lead)), LIMITS).text
    assert sum(counted) < len(lead)
    assert text.split("\n\n")[1].endswith("wort…")
    assert channel.count(text, LIMITS) > LIMITS.max_length - 10


def test_hashtags_stand_at_the_end() -> None:
    rendered = NoticeboardChannel().render(Draft(content(), hashtags=("Jumelage", "Hannover")), LIMITS)
    assert rendered.text.endswith("#Jumelage #Hannover")
