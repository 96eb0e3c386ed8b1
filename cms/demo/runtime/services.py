"""The demo's services, in the order they are needed."""

from __future__ import annotations

import sys

from cms.demo.runtime.child import Service
from cms.demo.runtime.config import DemoConfig
from cms.demo.runtime.ready import http_answers, logged, smtp_greets

WORKER_GRACE = 15
"""A mail that is being sent may end; a task has no more than that."""


def python(*arguments: str) -> tuple[str, ...]:
    """A command of this very Python."""
    return (sys.executable, "-m", *arguments)


def mailbox(config: DemoConfig) -> Service:
    """SMTP server and mail reader."""
    command = python("cms.demo.runtime.mailbox", "--dir", str(config.var / "mailbox"))
    ports = ("--smtp-port", str(config.smtp_port), "--http-port", str(config.mailbox_port))
    return Service(
        "mailbox",
        "Mailbox",
        command + ports,
        ready=lambda log: smtp_greets(config.smtp_port) and http_answers(config.mailbox),
    )


def prepare(config: DemoConfig) -> Service:
    """Database, demo content and login; ends by itself."""
    return Service(
        "prepare", "Database", (sys.executable, "manage.py", "demo", "--prepare", "--port", str(config.port))
    )


def worker(config: DemoConfig) -> Service:
    """Sends mails and posts."""
    command = python("celery", "-A", "tasks", "worker", "-Q", "celery,mail,social", "--pool", "prefork")
    options = ("--concurrency", "2", "--hostname", f"demo-{config.port}@%h", "--loglevel", "INFO")
    return Service(
        "worker",
        "Worker (Celery)",
        command + options,
        ready=lambda log: logged(r"demo-\d+@.* ready\.$", log),
        grace=WORKER_GRACE,
    )


def beat(config: DemoConfig) -> Service:
    """Rings for the sweeper and for scheduled pages."""
    schedule = str(config.var / "celerybeat-schedule")
    command = python("celery", "-A", "tasks", "beat", "--schedule", schedule, "--loglevel", "INFO")
    return Service("beat", "Clock (Celery beat)", command, ready=lambda log: logged(r"beat: Starting", log))


def web(config: DemoConfig) -> Service:
    """The site, the admin and the API."""
    command = python("gunicorn", "cms.wsgi:application", "--bind", f"127.0.0.1:{config.port}")
    options = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload")
    quiet = ("--graceful-timeout", "3", "--no-control-socket")
    home = f"{config.site}de/"
    return Service("web", "Web server", command + options + quiet, ready=lambda log: http_answers(home))
