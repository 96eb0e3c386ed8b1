"""All routes of the site. What plugins add comes from the registry."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.i18n import set_language
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms import views
from cms.api.delivery import api
from cms.plugins import registry

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.to_language, name="root"),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/delivery/v1/", api.urls),
    re_path(r"^api/", views.nothing_in_the_api),
    path("i18n/setlang/", set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    *(path("", include(module)) for module in registry().url_modules("root_urls")),
]
if settings.ANTENNE_SERVE_MEDIA:
    urlpatterns.append(re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}))

urlpatterns += i18n_patterns(
    *(path("", include(module)) for module in registry().url_modules("urls")),
    path("", include(wagtail_urls)),
)
