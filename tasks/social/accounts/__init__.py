"""Connecting accounts, and caring for them."""
