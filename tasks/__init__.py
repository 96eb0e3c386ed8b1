"""What happens when a page goes live: the outbox, the newsletter and social media."""

from tasks.celery import app as celery_app

__all__ = ["celery_app"]
