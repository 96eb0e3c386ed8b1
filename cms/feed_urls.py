"""Feeds, below the language prefix."""

from __future__ import annotations

from django.urls import path

from cms import feeds

urlpatterns = [path("feed.atom", feeds.atom, name="feed")]
