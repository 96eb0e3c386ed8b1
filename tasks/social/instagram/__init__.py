"""Instagram (developers.facebook.com/docs/instagram-platform)."""
