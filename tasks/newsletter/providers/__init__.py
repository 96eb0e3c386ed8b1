"""Sending through a provider's HTTP interface instead of SMTP relays, by way of django-anymail.

The ledger is the same: rows are claimed, marked as being sent (committed) before the request goes
out, and marked again from the answer. Only the way in between differs.
"""
