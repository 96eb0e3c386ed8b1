"""From announcement to posts: rows first, then one attempt at a time."""
