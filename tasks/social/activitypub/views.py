"""What other servers ask: who is there, what was posted, and the inboxes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from cms.http import USER_AGENT
from tasks.newsletter.links import absolute
from tasks.social.activitypub import addresses, documents, keys, receiving
from tasks.social.activitypub.models import Follower, Note
from tasks.social.models import SocialAccount

PAGE = 20
JRD = "application/jrd+json"
ANSWERED = {"application/activity+json", "application/ld+json"}


def _accounts() -> Any:
    return SocialAccount.objects.filter(channel="activitypub", active=True).order_by("pk")


def _account(pk: int) -> SocialAccount:
    account: SocialAccount = get_object_or_404(_accounts(), pk=pk)
    if not keys.has_key(account):
        raise Http404
    return account


def _json(
    document: dict[str, Any], content_type: str = documents.CONTENT_TYPE, status: int = 200
) -> HttpResponse:
    reply = JsonResponse(document, content_type=content_type, status=status)
    reply["Access-Control-Allow-Origin"] = "*"
    return reply


@require_safe
def webfinger(request: HttpRequest) -> HttpResponse:
    """RFC 7033: which account has a name; 400 without a name, 404 for one that is not here."""
    resource = request.GET.get("resource", "")
    if not resource:
        return _json({"detail": "resource is missing"}, "application/problem+json", 400)
    account = next((one for one in _accounts() if resource in _names(one) and keys.has_key(one)), None)
    if account is None:
        return _json({"detail": "no such account"}, "application/problem+json", 404)
    uri = addresses.actor_uri(account)
    links = [
        {"rel": "self", "type": documents.CONTENT_TYPE, "href": uri},
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": absolute("/")},
    ]
    return _json({"subject": f"acct:{addresses.handle(account)[1:]}", "aliases": [uri], "links": links}, JRD)


def _names(account: SocialAccount) -> tuple[str, ...]:
    return (f"acct:{addresses.handle(account)[1:]}", addresses.actor_uri(account))


@require_safe
def nodeinfo_links(request: HttpRequest) -> HttpResponse:
    """Where NodeInfo is (nodeinfo.diaspora.software)."""
    schema = "http://nodeinfo.diaspora.software/ns/schema/2.1"
    return _json({"links": [{"rel": schema, "href": absolute("/nodeinfo/2.1")}]}, "application/json")


@require_safe
def nodeinfo(request: HttpRequest) -> HttpResponse:
    """What runs here. Nothing of it is about persons."""
    name, _slash, version = USER_AGENT.partition("/")
    document = {
        "version": "2.1",
        "software": {"name": name, "version": version},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {
            "users": {"total": _accounts().count()},
            "localPosts": Note.objects.filter(deleted_at=None).count(),
        },
        "metadata": {},
    }
    return _json(document, "application/json")


@require_safe
@vary_on_headers("Accept")
def actor(request: HttpRequest, pk: int) -> HttpResponse:
    """The account; people are led to the site."""
    account = _account(pk)
    return _json(documents.actor(account)) if _wants_json(request) else redirect("/")


@require_safe
@vary_on_headers("Accept")
def note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A post, 410 once it is withdrawn; people are led to its page."""
    row = get_object_or_404(Note.objects.select_related("account"), public_id=public_id, account__active=True)
    if _wants_json(request):
        return _json(documents.note(row), status=410 if row.deleted_at else 200)
    if row.deleted_at:
        raise Http404
    return redirect(row.url)


def _wants_json(request: HttpRequest) -> bool:
    return any(f"{kind.main_type}/{kind.sub_type}" in ANSWERED for kind in request.accepted_types)


@require_safe
def outbox(request: HttpRequest, pk: int) -> HttpResponse:
    """All posts, newest first, 20 on a page."""
    account = _account(pk)
    rows = Note.objects.filter(account=account, deleted_at=None).select_related("account")
    uri, number = addresses.part_uri(account, "outbox"), rows.count()
    if "page" not in request.GET:
        return _json(_collection(uri, number, first=f"{uri}?page=1"))
    page = _page_number(request)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    items = [documents.activity("create", row, f"{addresses.note_uri(row)}#create") for row in shown]
    following = {"next": f"{uri}?page={page + 1}"} if page * PAGE < number else {}
    part = {"id": f"{uri}?page={page}", "type": "OrderedCollectionPage", "partOf": uri}
    return _json({"@context": documents.CONTEXT, **part, "orderedItems": items, **following})


def _page_number(request: HttpRequest) -> int:
    number = request.GET["page"]
    if not number.isdecimal() or not 0 < len(number) < 7 or int(number) < 1:
        raise Http404
    return int(number)


@require_safe
def followers(request: HttpRequest, pk: int) -> HttpResponse:
    """How many follow; who they are is nobody's business."""
    account = _account(pk)
    number = Follower.objects.filter(account=account).count()
    return _json(_collection(addresses.part_uri(account, "followers"), number))


@require_safe
def following(request: HttpRequest, pk: int) -> HttpResponse:
    """The site follows nobody."""
    return _json(_collection(addresses.part_uri(_account(pk), "following"), 0))


def _collection(uri: str, number: int, **more: str) -> dict[str, Any]:
    kind = {"@context": documents.CONTEXT, "id": uri, "type": "OrderedCollection", "totalItems": number}
    return {**kind, **more}


@csrf_exempt
@require_POST
def inbox(request: HttpRequest, pk: int) -> HttpResponse:
    """Messages for one account. 202 says that it arrived, not that it was believed."""
    return _received(request, _account(pk))


@csrf_exempt
@require_POST
def shared_inbox(request: HttpRequest) -> HttpResponse:
    """Messages for any account."""
    return _received(request, None)


def _received(request: HttpRequest, account: SocialAccount | None) -> HttpResponse:
    try:
        receiving.receive(request, account)
    except receiving.Refused as error:
        reply = _json({"detail": str(error)}, "application/problem+json", error.status)
        if error.status in (429, 503):
            reply["Retry-After"] = "300"
        return reply
    return HttpResponse(status=202)
