"""The one exception of the demo: something the person at the keyboard can mend."""


class DemoError(Exception):
    """Its text is one clear line; further lines may show the end of a log."""
