"""The site itself in the fediverse: actors that can be followed (W3C ActivityPub, with Mastodon's habits)."""
