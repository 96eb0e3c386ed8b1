"""What comes back: bounces, complaints and the events of a provider.

A message or event is read into a ``Report``, the delivery it is about is found, and ``record``
stores it once and draws the consequences. A report that proves nothing is stored as “other” and
has none: anybody can write a mail that looks like a bounce.
"""
