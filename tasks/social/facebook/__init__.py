"""Facebook Pages (developers.facebook.com/docs/pages-api)."""
