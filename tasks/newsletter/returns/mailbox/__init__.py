"""The bounce mailbox: where no mail server can hand bounces over by itself, they are fetched by IMAP.

A mail is read, what it says is committed, and only then is it deleted, so that a crash costs
nothing: what is found again is recognised by its own Message-ID, never by its number in the
mailbox, which the server may change.
"""
