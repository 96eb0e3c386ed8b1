"""Which ports the demo takes, and what it says where it cannot."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from cms.demo.runtime import ports
from cms.demo.runtime.errors import DemoError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_in_one_line(taken: int) -> None:
    with pytest.raises(DemoError, match=f"^Port {taken} is taken by another program.*PORT=") as raised:
        ports.wanted_port(taken)
    assert "\n" not in str(raised.value)


def test_a_port_that_is_only_bound_to_ipv6_counts_as_taken() -> None:
    if not socket.has_ipv6:
        pytest.fail("this test needs IPv6 in Python")
    with socket.socket(socket.AF_INET6) as server:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.bind(("::1", 0))
        server.listen()
        assert not ports.is_free(server.getsockname()[1])


def test_a_free_port_is_taken_as_wanted_and_zero_means_any() -> None:
    port = ports.free_port()
    assert ports.wanted_port(port) == port
    assert ports.is_free(ports.wanted_port(0))


def test_the_neighbour_falls_back_to_any_free_port(taken: int) -> None:
    assert ports.port_near(taken) != taken
    assert ports.port_near(70_000) < 65_536


def test_patience_waits_until_the_port_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, False, True])
    monkeypatch.setattr(ports, "is_free", lambda port: next(answers))
    assert ports.wanted_port(8000, patience=5) == 8000


@pytest.mark.parametrize("text", ["", "abc", "80", "70000", "-1", "8000.5", "٨٠٠٠"])
def test_what_is_no_usable_port_is_refused(text: str) -> None:
    with pytest.raises(DemoError, match="PORT must be a number from 1024 to 65535"):
        ports.port_number(text)


def test_zero_and_a_usual_port_are_accepted() -> None:
    assert (ports.port_number("0"), ports.port_number("8123")) == (0, 8123)
