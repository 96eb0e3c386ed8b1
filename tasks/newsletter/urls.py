"""Routes below the language prefix: ``/de/newsletter/…``."""

from django.urls import path

from tasks.newsletter import preference_views, views
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
    path("newsletter/confirm/<str:token>/again/", views.confirm_again, name="confirm_again"),
    path("newsletter/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("newsletter/settings/", preference_views.change_settings, name="change_settings"),
    path("newsletter/settings/<str:token>/", preference_views.settings_link, name="settings_link"),
    path("newsletter/settings-sent/", preference_views.settings_sent, name="settings_sent"),
    path("newsletter/erased/", preference_views.erased, name="erased"),
    path("newsletter/preferences/<str:token>/", preference_views.choose, name="preferences"),
    path("newsletter/preferences/<str:token>/leave/", preference_views.leave, name="leave"),
    path("newsletter/preferences/<str:token>/data/", preference_views.download, name="own_data"),
    path("newsletter/preferences/<str:token>/erase/", preference_views.erase, name="erase"),
]
