"""A third party's package, as docs/plugins.md builds it: one channel and one announceable topic."""
