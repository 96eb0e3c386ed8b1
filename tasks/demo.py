"""Demo subscribers and the account that shows what would be posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tasks.newsletter.models import Standing, Subscriber
from tasks.newsletter.subscribe import set_topics
from tasks.social.models import SocialAccount

if TYPE_CHECKING:
    from cms.demo.content import DemoSite

ALL = ["congress", "barcamp", "partnership"]
# (address, language, confirmed, topics). Reserved names (RFC 2606): nobody real gets mail.
SUBSCRIBERS = [
    ("anna@example.org", "de", True, ALL),
    ("bernd@example.org", "de", True, ["barcamp"]),
    ("clara@example.org", "de", True, ["congress"]),
    ("dieter@example.org", "de", False, ALL),
    ("elise@example.org", "fr", True, ["congress", "barcamp"]),
    ("francois@example.org", "fr", True, ["barcamp"]),
    ("gisele@example.org", "fr", False, ["barcamp"]),
    ("harriet@example.org", "en", True, ALL),
]


def load(demo: DemoSite) -> None:
    """Eight subscribers in three languages and the notice board's account."""
    demo.say("Subscribers")
    for address, language, confirmed, topics in SUBSCRIBERS:
        subscriber, created = Subscriber.objects.get_or_create(
            email_key=address,
            defaults={
                "email": address,
                "language": language,
                "standing": Standing.CONFIRMED if confirmed else Standing.PENDING,
                "confirmed_at": timezone.now() if confirmed else None,
            },
        )
        if created:
            set_topics(subscriber, topics)
    if not SocialAccount.objects.exists():
        SocialAccount.objects.create(name="Schwarzes Brett / Tableau d’affichage", channel="noticeboard")
