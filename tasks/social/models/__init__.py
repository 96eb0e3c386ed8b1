"""Accounts to post with, posts, and what editors want of a page's posts."""

from tasks.social.models.account import SocialAccount, channel_choices
from tasks.social.models.plan import PostPlan
from tasks.social.models.post import Post

__all__ = ["Post", "PostPlan", "SocialAccount", "channel_choices"]
