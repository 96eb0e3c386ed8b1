"""What Meta's services have in common: the Graph API (developers.facebook.com/docs/graph-api)."""
