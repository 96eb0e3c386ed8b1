"""Routes below the language prefix: ``/de/newsletter/…``."""

from django.urls import path

from tasks.newsletter import views

app_name = "newsletter"
urlpatterns = [
    path("newsletter/", views.subscribe, name="subscribe"),
    path("newsletter/check-mail/", views.check_mail, name="check_mail"),
    path("newsletter/confirm/<str:token>/", views.confirm, name="confirm"),
    path("newsletter/confirm/<str:token>/again/", views.confirm_again, name="confirm_again"),
    path("newsletter/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
