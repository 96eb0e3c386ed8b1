"""The Celery app. The database is the truth; a message in the broker is only a doorbell."""

from celery import Celery

app = Celery("antenne")
app.config_from_object("tasks.celeryconfig")
app.autodiscover_tasks(["tasks"])
