"""Posts on social media, one package per channel."""
