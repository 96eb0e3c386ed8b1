"""What editors see and decide of posts, before and after they go out."""
