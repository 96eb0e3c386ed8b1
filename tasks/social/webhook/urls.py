"""Routes below ``/admin/webhook-calls/``."""

from django.urls import path

from tasks.social.webhook import registry

app_name = "webhook_calls"
urlpatterns = [path("<int:pk>/again/", registry.again, name="again")]
