"""Celery's settings, in Celery's own names. Read when the app is first used."""

from __future__ import annotations

from django.conf import settings

# A hung broker may cost a publish request at most this long (seconds).
BROKER_TIMEOUT = 2
# How long one task works before it lets others have a turn (seconds). Short, because a sweep or a
# new announcement may wait behind it.
TASK_SECONDS = 5
BOUNCES_SECONDS = 300
ACCOUNTS_SECONDS = 60

broker_url = settings.REDIS_URL
broker_connection_retry_on_startup = True
broker_transport_options = {
    "visibility_timeout": 3600,
    "socket_timeout": BROKER_TIMEOUT,
    "socket_connect_timeout": BROKER_TIMEOUT,
    "max_retries": 0,
}
# A doorbell that cannot be rung is not rung twice: the sweeper finds the work.
task_publish_retry = False
task_ignore_result = True
task_serializer = "json"
accept_content = ["json"]
task_routes = {"tasks.send_mails": "mail", "tasks.send_posts": "social", "tasks.care_for_accounts": "social"}
task_soft_time_limit = 120
task_time_limit = 150
worker_prefetch_multiplier = 1
worker_soft_shutdown_timeout = 30
timezone = "UTC"


def every(seconds: int, *names: str) -> dict[str, dict[str, object]]:
    """A schedule. A message nobody took within its period is worth nothing, so it expires."""
    return {
        name: {"task": f"tasks.{name}", "schedule": float(seconds), "options": {"expires": seconds}}
        for name in names
    }


beat_schedule = every(settings.ANTENNE_SWEEP_SECONDS, "sweep", "publish_due_revisions")
beat_schedule |= every(ACCOUNTS_SECONDS, "care_for_accounts")
if settings.ANTENNE_BOUNCE_MAILBOX:
    beat_schedule |= every(BOUNCES_SECONDS, "read_bounces")
beat_schedule_filename = str(settings.VAR_DIR / "celerybeat-schedule")
