"""What answers of an AT Protocol server mean that a healthy one does not give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tasks.social.bluesky.channel import BlueskyChannel
from tasks.social.channel import AuthFailed, Gone, Published, RateLimited, Rejected, Retryable, Unknown
from tasks.social.models import SocialAccount
from tests.factories.social import account, rendered, ticket

pytestmark = pytest.mark.django_db
PUT, GET = "/xrpc/com.atproto.repo.putRecord", "/xrpc/com.atproto.repo.getRecord"
REFRESH, LOGIN = "/xrpc/com.atproto.server.refreshSession", "/xrpc/com.atproto.server.createSession"
URI = "at://did:plc:a/app.bsky.feed.post/3kabcdefghi22"


def session(token: str) -> dict[str, str]:
    return {"did": "did:plc:a", "handle": "a.test", "accessJwt": token, "refreshJwt": f"{token}-again"}


@pytest.fixture
def here(httpserver: HTTPServer) -> SocialAccount:
    """An account that is logged in."""
    return account("bluesky", server=httpserver.url_for(""), session=session("old"))


def post(here: SocialAccount) -> Published:
    return BlueskyChannel().publish(rendered(), here, ticket())


def error(name: str) -> dict[str, str]:
    return {"error": name, "message": f"because of {name}"}


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (401, "AuthenticationRequired", AuthFailed),
        (400, "AccountTakedown", AuthFailed),
        (400, "AuthFactorTokenRequired", AuthFailed),
        (400, "RepoNotFound", Gone),
        (404, "NotFound", Gone),
        (400, "InvalidRequest", Rejected),
        (413, "PayloadTooLarge", Rejected),
        (429, "RateLimitExceeded", RateLimited),
        (500, "InternalServerError", Unknown),
        (502, "UpstreamFailure", Unknown),
        (503, "NotEnoughResources", Retryable),
    ],
)
def test_each_error_has_its_meaning(
    here: SocialAccount, httpserver: HTTPServer, status: int, name: str, kind: type[Exception]
) -> None:
    httpserver.expect_request(PUT).respond_with_json(error(name), status=status)
    with pytest.raises(kind, match=f"because of {name}") as raised:
        post(here)
    assert type(raised.value) is kind
    assert raised.value.code == str(status)


@pytest.mark.parametrize("body", ["", "[]", "null", '{"error": 5}', "<html>login", '{"error"'])
def test_an_answer_of_any_shape_is_understood(here: SocialAccount, httpserver: HTTPServer, body: str) -> None:
    httpserver.expect_request(PUT).respond_with_data(body, status=400)
    with pytest.raises(Rejected):
        post(here)
    httpserver.clear()
    httpserver.expect_request(PUT).respond_with_data(body)
    with pytest.raises((Rejected, Unknown)):
        post(here)


def test_looking_changes_nothing_so_its_failure_is_no_doubt(
    here: SocialAccount, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(GET).respond_with_json(error("InternalServerError"), status=500)
    with pytest.raises(Retryable):
        BlueskyChannel().find_existing(here, ticket())


@pytest.mark.parametrize(
    ("name", "said"), [("RecordNotFound", ""), ("InvalidRequest", "Could not locate record: at://…")]
)
def test_a_record_that_is_not_there_is_none(
    here: SocialAccount, httpserver: HTTPServer, name: str, said: str
) -> None:
    """Servers of different age say it differently."""
    httpserver.expect_request(GET).respond_with_json({"error": name, "message": said}, status=400)
    assert BlueskyChannel().find_existing(here, ticket()) is None


def test_another_refusal_to_look_is_none_of_that(here: SocialAccount, httpserver: HTTPServer) -> None:
    httpserver.expect_request(GET).respond_with_json(error("InvalidRequest"), status=400)
    with pytest.raises(Rejected):
        BlueskyChannel().find_existing(here, ticket())


@pytest.mark.parametrize(
    ("reset", "least", "most"),
    [
        (timedelta(seconds=100), 90, 101),
        (timedelta(days=30), 86400, 86400),
        (-timedelta(days=30), 1, 1),
    ],
)
def test_the_wait_of_a_rate_limit_is_at_least_a_second_and_at_most_a_day(
    here: SocialAccount, httpserver: HTTPServer, reset: timedelta, least: float, most: float
) -> None:
    header = {"ratelimit-reset": str(int((datetime.now(UTC) + reset).timestamp()))}
    httpserver.expect_request(PUT).respond_with_json(error("RateLimitExceeded"), 429, header)
    with pytest.raises(RateLimited) as raised:
        post(here)
    assert raised.value.after is not None
    assert least <= raised.value.after <= most


@pytest.mark.parametrize("reset", ["soon", "-5", "9" * 30])
def test_a_wait_that_makes_no_sense_is_left_to_the_channel(
    here: SocialAccount, httpserver: HTTPServer, reset: str
) -> None:
    header = {"ratelimit-reset": reset}
    httpserver.expect_request(PUT).respond_with_json(error("RateLimitExceeded"), 429, header)
    with pytest.raises(RateLimited) as raised:
        post(here)
    assert raised.value.after is None


def only_takes(httpserver: HTTPServer, token: str) -> None:
    """Records are taken with this token, others have ended."""
    httpserver.expect_request(PUT, headers={"Authorization": f"Bearer {token}"}).respond_with_json(
        {"uri": URI}
    )
    httpserver.expect_request(PUT).respond_with_json(error("ExpiredToken"), status=400)


def test_what_another_worker_has_renewed_is_used(here: SocialAccount, httpserver: HTTPServer) -> None:
    """Logging in is rationed."""
    SocialAccount.objects.get().keep_session(session("new"))
    only_takes(httpserver, "new")
    assert post(here).remote_id == URI
    assert {request.path for request, _reply in httpserver.log} == {PUT}
    assert here.session == session("new")


def test_a_session_that_has_ended_is_renewed_without_the_password(
    here: SocialAccount, httpserver: HTTPServer
) -> None:
    again = {"Authorization": "Bearer old-again"}
    httpserver.expect_request(REFRESH, headers=again).respond_with_json(session("new"))
    only_takes(httpserver, "new")
    assert post(here).remote_id == URI
    assert SocialAccount.objects.get().session == session("new")


def test_a_new_session_that_is_refused_as_well_is_a_matter_of_the_account(
    here: SocialAccount, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(REFRESH).respond_with_json(session("new"))
    only_takes(httpserver, "none of them")
    with pytest.raises(AuthFailed):
        post(here)


@pytest.mark.parametrize("answer", [{}, [], {"did": "did:plc:a"}])
def test_a_session_without_its_parts_is_tried_again(
    here: SocialAccount, httpserver: HTTPServer, answer: Any
) -> None:
    here.session = {}
    SocialAccount.objects.update(session={})
    httpserver.expect_request(LOGIN).respond_with_json(answer)
    with pytest.raises(Retryable):
        post(here)
