"""How the package makes itself known."""

from django.apps import AppConfig

from cms.plugins import Plugin


class ExampleChannelConfig(AppConfig):
    """A channel that writes posts to a file."""

    name = "tests.plugins.example_channel"
    label = "example_channel"

    def antenne_plugin(self) -> Plugin:
        """What the package adds."""
        return Plugin(
            name="example_channel",
            verbose_name="Example channel",
            topics=(("example", "Examples"),),
            channels={"logbook": "tests.plugins.example_channel.channel.LogbookChannel"},
        )
