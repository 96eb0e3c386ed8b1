"""Addresses of the mails' links and of the forms to write to somebody."""

from __future__ import annotations

from django.urls import include, path

from partnerships.requests import views

routes = (
    [
        path("challenge/", views.challenge, name="challenge"),
        path("sent/", views.sent, name="sent"),
        path("confirm/<str:token>/", views.confirm_notice, name="confirm_notice"),
        path("manage/<str:token>/", views.manage, name="manage"),
        path("message/<str:token>/", views.confirm_message, name="confirm_message"),
        path("search/<str:token>/", views.confirm_watch, name="confirm_watch"),
        path("leave/<str:token>/", views.leave, name="leave"),
        path("partnership/<str:public_id>/write/", views.write_to_partnership, name="write_to_partnership"),
        path("<str:public_id>/write/", views.write_to_notice, name="write_to_notice"),
    ],
    "requests",
)
urlpatterns = [path("requests/", include(routes))]
