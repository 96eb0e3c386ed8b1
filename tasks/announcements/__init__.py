"""The outbox: who is told what about a page that went live, written down before it happens."""
