"""The app's registration with Django and with the plugin registry."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cms.plugins import Plugin


class TasksConfig(AppConfig):
    """The outbox and everything it feeds."""

    name = "tasks"
    verbose_name = _("Announcements")

    def ready(self) -> None:
        """Load the system checks; connect the receivers for going live, leaving and moving."""
        from tasks import checks, receivers  # noqa: F401
        from tasks.newsletter.providers import own_mails  # noqa: F401

        receivers.connect()

    def antenne_plugin(self) -> Plugin:
        """What this app adds to the site."""
        return Plugin(
            name="tasks",
            verbose_name=self.verbose_name,
            topics=(("newsletter", _("Newsletter")),),
            announceable=("tasks.NewsletterIssuePage",),
            urls=("tasks.newsletter.urls",),
            root_urls=(
                "tasks.social.activitypub.urls",
                "tasks.social.noticeboard.urls",
                "tasks.newsletter.providers.urls",
            ),
            api_routers=(
                ("/announcements", "tasks.api.router"),
                ("/subscriptions", "tasks.newsletter.api.router"),
            ),
            channels={
                "activitypub": "tasks.social.activitypub.channel.ActivityPubChannel",
                "bluesky": "tasks.social.bluesky.channel.BlueskyChannel",
                "facebook": "tasks.social.facebook.channel.FacebookChannel",
                "instagram": "tasks.social.instagram.channel.InstagramChannel",
                "linkedin": "tasks.social.linkedin.channel.LinkedInChannel",
                "threads": "tasks.social.threads.channel.ThreadsChannel",
                "mastodon": "tasks.social.mastodon.channel.MastodonChannel",
                "assisted": "tasks.social.assisted.channel.AssistedChannel",
                "telegram": "tasks.social.telegram.channel.TelegramChannel",
                "webhook": "tasks.social.webhook.channel.WebhookChannel",
                "websub": "tasks.social.websub.channel.WebSubChannel",
                "noticeboard": "tasks.social.noticeboard.channel.NoticeboardChannel",
            },
            feed_hubs="tasks.social.websub.hubs.hubs",
            dashboard_panels=(
                "tasks.announcements.dashboard.OutboxPanel",
                "tasks.social.accounts.panel.AccountsPanel",
            ),
            health_checks=(
                "tasks.health.broker_answers",
                "tasks.health.sweeper_runs",
                "tasks.health.bounces_are_read",
            ),
            demo_content="tasks.demo.load",
            demo_order=40,
        )
