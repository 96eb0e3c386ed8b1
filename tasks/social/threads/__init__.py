"""Threads (developers.facebook.com/docs/threads)."""
