"""How the demo is run: one supervisor, its children, and a local mailbox.

Nothing in this package but ``database`` imports Django, so that it starts at once and stays small.
"""
