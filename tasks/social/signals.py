"""What others may listen to. A receiver that raises is logged and disturbs nobody."""

from django.dispatch import Signal

social_post_published = Signal()
"""A post is out: ``post``."""

social_post_failed = Signal()
"""A post was refused for good: ``post``."""

account_needs_attention = Signal()
"""An account's connection ends soon or is in trouble: ``account``, ``standing`` (ends or trouble)."""
