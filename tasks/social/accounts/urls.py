"""Routes below ``/admin/social-accounts/``."""

from django.urls import path

from tasks.social.accounts import views

app_name = "social_accounts"
urlpatterns = [
    path("add/", views.choose, name="choose"),
    path("add/<slug:slug>/", views.add, name="add"),
    path("callback/", views.callback, name="callback"),
    path("<int:pk>/", views.edit, name="edit"),
    path("<int:pk>/connect/", views.connect, name="connect"),
    path("<int:pk>/state/", views.state, name="state"),
    path("<int:pk>/check/", views.check, name="check"),
]
