"""Which page or redirect is at a path. Wagtail's own ``find`` does not know translations."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from cms.api import documents
from cms.api.errors import BadParameter
from cms.tree import home_pages, site_pages


def resolve(request: HttpRequest, site: Site, path: str) -> dict[str, Any]:
    """The page at ``path``, else the redirect; Http404 where there is neither."""
    if not path.startswith("/") or path.startswith("//"):
        raise BadParameter("path", "must begin with one slash, e.g. /de/")
    if (page := page_at(site, urlsplit(path).path)) is not None:
        return {"kind": "page", "page": documents.detail(request, page)}
    redirect = get_redirect(request, Redirect.normalise_path(path, decode_unicode=False))
    if redirect is None or redirect.link is None:
        raise Http404
    return {"kind": "redirect", "location": redirect.link, "permanent": redirect.is_permanent}


def page_at(site: Site, path: str) -> Any | None:
    """The live public page whose address is ``path``; a missing last slash is forgiven."""
    language, _slash, rest = path.strip("/").partition("/")
    home = home_pages(site).filter(locale__language_code=language).first()
    if home is None:
        return None
    url_path = home.url_path + (f"{rest}/" if rest else "")
    page = site_pages(site).filter(url_path=url_path).first()
    return page.specific if page else None
