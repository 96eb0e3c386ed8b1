"""Routes without a language prefix."""

from django.urls import path

from tasks.newsletter.providers.webhook import reports_from

urlpatterns = [path("webhooks/mail/<slug:provider>/", reports_from, name="provider_reports")]
