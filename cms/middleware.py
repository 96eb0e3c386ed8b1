"""Security headers."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils.translation import get_language

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def foreign_origin(url: str) -> str:
    """The origin of ``url`` where files are served from another host, else an empty string."""
    parts = urlsplit(url)
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""


def policy(**directives: str) -> str:
    """A Content-Security-Policy from directives written with underscores."""
    return "; ".join(f"{name.replace('_', '-')} {value}" for name, value in directives.items())


def public_policy(**changes: str) -> str:
    """Everything from here, nothing inline, no frames."""
    files, media = foreign_origin(settings.STATIC_URL), foreign_origin(settings.MEDIA_URL)
    strict = {
        "default_src": "'self'",
        "script_src": f"'self'{files}",
        "style_src": f"'self'{files}",
        "img_src": f"'self' data:{files}{media}",
        "font_src": f"'self'{files}",
        "object_src": "'none'",
        "base_uri": "'self'",
        "form_action": "'self'",
        "frame_ancestors": "'none'",
    }
    return policy(**{**strict, **changes})


def admin_policy() -> str:
    """Wagtail initialises its widgets inline and shows previews in a frame."""
    files = foreign_origin(settings.STATIC_URL)
    return public_policy(
        script_src=f"'self' 'unsafe-inline'{files}",
        style_src=f"'self' 'unsafe-inline'{files}",
        img_src=f"'self' data: blob:{files}{foreign_origin(settings.MEDIA_URL)}",
        frame_ancestors="'self'",
    )


class ContentSecurityPolicyMiddleware:
    """Set the policies unless a view set its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to the response."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy_for(request))
        response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    def policy_for(self, request: HttpRequest) -> str:
        """Strict, except below the admin and on the API's own documentation."""
        if getattr(request, "is_preview", False):  # inside the editor, with the page's own address
            return public_policy(frame_ancestors="'self'")
        if request.path.startswith(reverse("wagtailadmin_home")):
            return admin_policy()
        if request.path == reverse("delivery-v1:openapi-view"):
            return public_policy(style_src="'self' 'unsafe-inline'")
        return public_policy()


class LanguageMiddleware(LocaleMiddleware):
    """Django's own, but an address that a view answered is never retried below ``/de/``.

    The page tree accepts every address below a language, so that Django would turn each 404 of the
    API or of a media file into a redirect to a page that does not exist either.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leave the 404 of a view as it is."""
        if response.status_code == 404 and request.resolver_match is not None:
            response.headers.setdefault("Content-Language", get_language() or settings.LANGUAGE_CODE)
            return response
        return super().process_response(request, response)
