"""Routes below the language prefix: ``/de/newsletter/…``."""

from django.urls import path

from tasks.newsletter import views
from tasks.newsletter.archive import feed
from tasks.newsletter.archive import views as archive

app_name = "newsletter"
urlpatterns = [
    path("newsletter/", views.subscribe, name="subscribe"),
    path("newsletter/archive/", archive.index, name="archive"),
    path("newsletter/archive/feed.atom", feed.atom, name="archive_feed"),
    path("newsletter/archive/<uuid:public_id>/", archive.one, name="archived"),
    path("newsletter/archive/<uuid:public_id>/mail/", archive.framed, name="archived_mail"),
    path("newsletter/check-mail/", views.check_mail, name="check_mail"),
    path("newsletter/confirm/<str:token>/", views.confirm, name="confirm"),
    path("newsletter/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
