"""HTML as it leaves the site: for mails, feeds and the API."""

from __future__ import annotations

from urllib.parse import urljoin

from bs4 import BeautifulSoup
from wagtail.rich_text import expand_db_html

LINKS = (("a", "href"), ("img", "src"))


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
