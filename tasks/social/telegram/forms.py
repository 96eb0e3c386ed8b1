"""What the channel asks about a chat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tasks.social.fields import ChannelForm, PatternField, SecretField


class TelegramForm(ChannelForm):
    """A bot, and the chat that it may write to."""

    secrets = ("bot_token",)
    bound_to = ()
    bot_token = SecretField(
        label=_("token of the bot"),
        help_text=_("From @BotFather. Add the bot to the group, or to the channel as an administrator."),
    )
    chat = PatternField(
        regex=r"(@[A-Za-z][A-Za-z0-9_]{3,}|-?[0-9]{3,20})",
        label=_("channel or group"),
        help_text=_("The public name with @, or the number of a chat without one."),
        error_messages={"invalid": _("It looks like @jumelage or like -1001234567890.")},
    )
