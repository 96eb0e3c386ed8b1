"""The state machine of everything that is sent once: mails, confirmations and posts.

pending → claimed (lease, worker) → sending (committed before the first byte goes out)
→ sent | deferred (retry later) | failed | suppressed | unknown.

``unknown`` means that the other side may have it: the reply was lost, or the sender died. Over
SMTP nobody can know (RFC 1047), so an unknown row is never sent again by itself.
"""
