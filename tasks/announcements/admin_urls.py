"""Routes of the announcement view below ``/admin/announcements/``."""

from django.urls import path

from tasks.announcements import admin_views, archive_switch

app_name = "announcements"
urlpatterns = [
    path("<int:page_id>/", admin_views.page_announcements, name="page"),
    path("<int:page_id>/state/", admin_views.state_fragment, name="state"),
    path("<int:page_id>/archive/", archive_switch.switch, name="archive"),
    path("<int:page_id>/act/", admin_views.act, name="act"),
]
