"""Subscribers, campaigns and mails."""
