"""How ``ANTENNE_RELAYS`` is read."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from tasks.newsletter.smtp.relays import configured_relays


def test_a_relay_is_read_with_its_password_and_options(settings) -> None:
    settings.ANTENNE_RELAYS = ["smtp+starttls://anna%40a.example:p%2Fw@relay.example?name=one&rate=20"]
    (relay,) = configured_relays()
    assert (relay.name, relay.host, relay.port, relay.security) == ("one", "relay.example", 587, "starttls")
    assert (relay.user, relay.password, relay.rate) == ("anna@a.example", "p/w", 20.0)
    assert "p/w" not in repr(relay)


@pytest.mark.parametrize("password", ["sec/ret", "sec?ret", "sec#ret", "sec[ret"])
def test_a_password_that_was_not_escaped_is_named_and_not_shown(settings, password: str) -> None:
    settings.ANTENNE_RELAYS = ["smtp://good.example", f"smtps://anna:{password}@relay.example"]
    with pytest.raises(ImproperlyConfigured) as raised:
        configured_relays()
    assert "ANTENNE_RELAYS, number 2" in str(raised.value)
    assert "%2F" in str(raised.value)
    assert "sec" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://relay.example", "must begin with"),
        ("smtp://relay.example?wait=3", "unknown options: wait"),
        ("smtp://relay.example?weight=0", "above zero"),
    ],
)
def test_what_cannot_be_is_named(settings, url: str, said: str) -> None:
    settings.ANTENNE_RELAYS = [url]
    with pytest.raises(ImproperlyConfigured, match=said):
        configured_relays()
