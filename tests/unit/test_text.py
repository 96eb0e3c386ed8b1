"""HTML that XML parsers can read as well."""

from __future__ import annotations

from xml.etree import ElementTree

import mrml
import pytest

from cms.text import well_formed, xml_text

NASTY = [
    "<p>unclosed",
    "<p>a<p>b",
    "stray</p>",
    "<p>1 < 2 & 3 > 2</p>",
    "<ul><li>a<li>b</ul>",
    "<b><i>crossed</b></i>",
    "line<br>break<hr><img src=x.png alt=y>",
    "<p class=unquoted data-on>attributes</p>",
    "<p title='\"quoted\" & <odd>'>x</p>",
    '<p a"b="1" x:y="2" 1z="3">names</p>',
    "<o:p>Word</o:p>",
    "<a<b>odd name</a<b>",
    "a<!-- comment -- with -- dashes --->b",
    "a<![CDATA[ <data> ]]>b",
    'a<?xml version="1.0"?><!DOCTYPE html>b',
    "a<![if !supportLists]>b<![endif]>",
    "a<script>if (1 < 2 && 3) {}</script><style>a > b {}</style>b",
    "&nbsp;&copy; &unknown; &#11; &#xFFFF; &#xD800;",
    "a\x00\x0b\x1f\ud800\ufffeb",
    "no markup",
    "https://example.org/",
    "",
]


@pytest.mark.parametrize("html", NASTY)
def test_well_formed_html_can_be_read_by_xml_parsers(html: str) -> None:
    clean = well_formed(html)
    ElementTree.fromstring(f"<body>{clean}</body>")
    text = f"<mj-text>{clean}</mj-text>"
    mail = f"<mj-section><mj-column>{text}</mj-column></mj-section>"
    assert mrml.to_html(f"<mjml><mj-body>{mail}</mj-body></mjml>").content


@pytest.mark.parametrize("html", NASTY)
def test_well_formed_html_stays_as_it_is(html: str) -> None:
    assert well_formed(well_formed(html)) == well_formed(html)


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        (
            '<p>Mit <a href="/x/?a=1&amp;b=2">Link</a>.</p>\n',
            '<p>Mit <a href="/x/?a=1&amp;b=2">Link</a>.</p>\n',
        ),
        ("<p>offen", "<p>offen</p>"),
        ("a</p>b", "ab"),
        ("1 < 2", "1 &lt; 2"),
        ("a<br>b", "a<br/>b"),
        ("<p class=x>a</p>", '<p class="x">a</p>'),
        ("<p></p>", "<p></p>"),
        ("a<!-- b --><![CDATA[c]]><?d?><script>e</script>f", "af"),
        ("<p><o:p>Word</o:p></p>", "<p>Word</p>"),
        ("a&#11;b", "a b"),
    ],
)
def test_well_formed_html_keeps_what_readers_see(html: str, clean: str) -> None:
    assert well_formed(html) == clean


def test_text_is_free_of_what_xml_forbids() -> None:
    assert xml_text("a\x0bb\x0cc") == "a b c"
    assert xml_text("\x00a\x1f\ud800\udfff\ufffe\uffffb") == "ab"
    assert xml_text("ä\t\r\n\ufffd😀") == "ä\t\r\n\ufffd😀"
