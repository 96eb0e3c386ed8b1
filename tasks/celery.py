"""The Celery app. The database is the truth; a message in the broker is only a doorbell."""

from __future__ import annotations

from celery import Celery
from django.conf import settings

# A hung broker may cost a publish request at most this long (seconds).
BROKER_TIMEOUT = 2
TASK_SECONDS = 30

app = Celery("antenne")


def configure() -> None:
    """Settings of the app, read from Django's when the app is first used."""
    app.conf.update(
        broker_url=settings.REDIS_URL,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": 3600,
            "socket_timeout": BROKER_TIMEOUT,
            "socket_connect_timeout": BROKER_TIMEOUT,
            "max_retries": 0,
        },
        # A doorbell that cannot be rung is not rung twice: the sweeper finds the work.
        task_publish_retry=False,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=TASK_SECONDS,
        task_soft_time_limit=4 * TASK_SECONDS,
        task_time_limit=5 * TASK_SECONDS,
        timezone="UTC",
        task_routes={"tasks.send_mails": "mail", "tasks.send_posts": "social"},
        beat_schedule_filename=str(settings.VAR_DIR / "celerybeat-schedule"),
        beat_schedule=schedule(settings.ANTENNE_SWEEP_SECONDS),
    )


def schedule(sweep_seconds: int) -> dict[str, dict[str, object]]:
    """What beat does. A message nobody took within its period is worth nothing, so it expires."""
    return {
        name: {"task": f"tasks.{name}", "schedule": seconds, "options": {"expires": seconds}}
        for name, seconds in {
            "sweep": float(sweep_seconds),
            "publish_due_revisions": float(sweep_seconds),
        }.items()
    }


app.on_configure.connect(lambda **_: configure(), weak=False)
app.autodiscover_tasks(["tasks"])
