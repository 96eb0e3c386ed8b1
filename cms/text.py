"""HTML and text as they leave the site: for mails, feeds and the API."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from wagtail.rich_text import expand_db_html

LINKS = (("a", "href"), ("img", "src"))
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can contain, not even escaped (XML 1.0 §2.2)."""
XML_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
UNREAD = ("script", "style", "template")
"""Elements whose content is no text for readers, and whose content HTML and XML read differently."""


def xml_text(text: str) -> str:
    """``text`` without characters that XML forbids; word processors' line and page breaks are spaces."""
    return NOT_XML.sub(lambda found: " " if found[0] in "\v\f" else "", text)


@lru_cache(maxsize=128)
def well_formed(html: str) -> str:
    """``html`` as a fragment that is HTML and well-formed XML at once.

    Mail markup is read by an XML parser, which gives up where a browser guesses. Comments,
    declarations and scripts are taken out; a second run changes nothing.
    """
    # The comment tells Beautiful Soup that this is markup: it warns of a text that could be an address.
    soup = BeautifulSoup(f"<!-- -->{xml_text(html)}", "html.parser")
    for hidden in soup.find_all(string=lambda found: isinstance(found, PreformattedString)):
        hidden.extract()
    for tag in soup.find_all(True):
        _mend(tag)
    return xml_text(str(soup))  # once more: a character reference may have hidden one


def _mend(tag: Tag) -> None:
    """Take out what has no name in XML, of elements and of attributes."""
    if tag.name in UNREAD:
        tag.extract()
    elif not XML_NAME.fullmatch(tag.name):
        tag.unwrap()
    for name in [name for name in tag.attrs if not XML_NAME.fullmatch(name)]:
        del tag[name]


def absolute_html(html: str, base_url: str) -> str:
    """``html`` (as stored or expanded) as clean HTML whose links are absolute.

    ``base_url`` is the address of the site or page that relative links refer to. The editor's own
    ``data-block-key`` attributes are taken out; an empty text stays empty.
    """
    if not html.strip():
        return ""
    soup = BeautifulSoup(expand_db_html(html), "html.parser")
    for tag in soup.find_all(True, attrs={"data-block-key": True}):
        del tag["data-block-key"]
    for name, attribute in LINKS:
        for tag in soup.find_all(name, attrs={attribute: True}):
            tag[attribute] = urljoin(base_url, str(tag[attribute]))
    return str(soup)
