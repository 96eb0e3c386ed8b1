"""Demo subscribers, an issue of the newsletter to try, and the account that shows what would be posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tasks.newsletter.issues import demo as issue
from tasks.newsletter.models import Frequency, Standing, Subscriber
from tasks.newsletter.subscribe import set_topics
from tasks.social.models import SocialAccount

if TYPE_CHECKING:
    from cms.demo.content import DemoSite

ALL = ["congress", "barcamp", "partnership", "newsletter"]
# (address, language, confirmed, topics). Reserved names (RFC 2606): nobody real gets mail.
SUBSCRIBERS = [
    ("anna@example.org", "de", True, ALL),
    ("bernd@example.org", "de", True, ["barcamp", "newsletter"]),
    ("clara@example.org", "de", True, ["congress"]),
    ("dieter@example.org", "de", False, ALL),
    ("elise@example.org", "fr", True, ["congress", "barcamp", "newsletter"]),
    ("francois@example.org", "fr", True, ["barcamp", "newsletter"]),
    ("gisele@example.org", "fr", False, ["barcamp"]),
    ("harriet@example.org", "en", True, ALL),
    ("iris@example.org", "en", True, ALL),
]
WEEKLY = ["harriet@example.org"]


def load(demo: DemoSite) -> None:
    """Nine subscribers in three languages, an issue in two, and the notice board's account."""
    demo.say("Subscribers")
    for address, language, confirmed, topics in SUBSCRIBERS:
        subscriber, created = Subscriber.objects.get_or_create(
            email_key=address,
            defaults={
                "email": address,
                "language": language,
                "frequency": Frequency.WEEKLY if address in WEEKLY else Frequency.AT_ONCE,
                "standing": Standing.CONFIRMED if confirmed else Standing.PENDING,
                "confirmed_at": timezone.now() if confirmed else None,
            },
        )
        if created:
            set_topics(subscriber, topics)
    if not SocialAccount.objects.exists():
        SocialAccount.objects.create(name="Schwarzes Brett / Tableau d’affichage", channel="noticeboard")
    issue.load(demo)
