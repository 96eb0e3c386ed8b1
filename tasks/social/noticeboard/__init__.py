"""The built-in channel of the demo: shows what would be posted."""
