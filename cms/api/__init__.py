"""The delivery API. ``delivery`` builds it; importing this package alone imports no plugin."""
