"""What is announced can be written into any feed and any mail."""

from __future__ import annotations

import json
from dataclasses import replace

from cms.announceable import AnnouncementContent, Fact, Picture

PASTED = "Aus Word\x0bkopiert\x00\ud800\uffff"
CLEAN = "Aus Word kopiert"
CONTENT = AnnouncementContent(
    title=PASTED,
    lead=PASTED,
    url="http://testserver/de/",
    locale="de",
    topic="congress",
    kind=PASTED,
    image=Picture("http://testserver/x.png", PASTED, 2, 1),
    facts=(Fact(PASTED, PASTED),),
    body_html=f"<p>{PASTED}",
    hashtags=(PASTED,),
    funder=PASTED,
)


def test_every_text_is_free_of_what_xml_forbids() -> None:
    assert CONTENT.title == CONTENT.lead == CONTENT.kind == CONTENT.funder == CLEAN
    assert CONTENT.image == Picture("http://testserver/x.png", CLEAN, 2, 1)
    assert CONTENT.facts == (Fact(CLEAN, CLEAN),)
    assert CONTENT.hashtags == (CLEAN,)


def test_body_is_well_formed() -> None:
    assert CONTENT.body_html == f"<p>{CLEAN}</p>"
    assert replace(CONTENT, body_html="a<br>b < c").body_html == "a<br/>b &lt; c"


def test_what_was_stored_before_is_clean_when_it_is_read() -> None:
    stored = {**CONTENT.to_json(), "lead": PASTED, "body_html": "<p>offen"}
    read = AnnouncementContent.from_json(stored)
    assert (read.lead, read.body_html) == (CLEAN, "<p>offen</p>")


def test_content_survives_as_json() -> None:
    assert AnnouncementContent.from_json(json.loads(json.dumps(CONTENT.to_json()))) == CONTENT
