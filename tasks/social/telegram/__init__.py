"""Telegram channels and groups (core.telegram.org/bots/api)."""
