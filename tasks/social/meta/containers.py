"""Posting in two steps, as Instagram and Threads have it: a container first, then its publication.

Making a container may be repeated, publishing it may not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from tasks.social.errors import RateLimited, Rejected, Unknown
from tasks.social.meta.graph import call, rows_of
from tasks.social.values import Pending

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

WAIT = 5.0
"""Seconds after which a container that is not finished is asked for again."""
HOURS = 3600.0


def pending(container: str) -> Pending:
    """The container is there, its image is being fetched."""
    return Pending({"container": container}, WAIT)


def checked(account: SocialAccount, server: str, container: str, field: str) -> Pending | None:
    """None once the container can be published. ``field`` is the name of its status."""
    answer = call(account, server, "GET", f"/{container}", fields=f"{field},error_message")
    status = str(answer.get(field, ""))
    if status == "IN_PROGRESS":
        return pending(container)
    if status == "PUBLISHED":
        raise Unknown(_("The service says that it is published already."))
    if status in ("ERROR", "EXPIRED"):
        raise Rejected(str(answer.get("error_message") or status))
    return None


def quota(account: SocialAccount, server: str, path: str) -> None:
    """Raise ``RateLimited`` where the service takes no more posts today."""
    for row in rows_of(call(account, server, "GET", path, fields="quota_usage,config")):
        config = row.get("config")
        total: Any = config.get("quota_total") if isinstance(config, dict) else None
        used = row.get("quota_usage")
        if isinstance(total, int) and isinstance(used, int) and used >= total:
            reason = _("The service takes no more posts today: %(used)s of %(total)s.")
            raise RateLimited(reason % {"used": used, "total": total}, after=HOURS)
