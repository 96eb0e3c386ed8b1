"""Outgoing calls never reach what is not public."""

from __future__ import annotations

import socket

import httpx
import pytest
from pytest_httpserver import HTTPServer

from cms import http

PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "::",
    "::127.0.0.1",
    "::10.0.0.1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not http.is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::93.184.216.34"],
)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert http.is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"])
def test_calls_to_this_machine_are_refused_however_it_is_written(
    httpserver: HTTPServer, settings, host: str
) -> None:
    settings.ANTENNE_HTTP_ALLOW_PRIVATE = False
    httpserver.expect_request("/").respond_with_data("reached")
    with http.client() as client, pytest.raises(httpx.ConnectError):
        client.get(f"http://{host}:{httpserver.port}/")
    assert not httpserver.log


def test_a_name_with_one_private_address_among_public_ones_is_refused(
    httpserver: HTTPServer, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ANTENNE_HTTP_ALLOW_PRIVATE = False
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr("cms.http.socket.getaddrinfo", lambda *args, **kwargs: answers)
    with http.client() as client, pytest.raises(httpx.ConnectError, match="not a public address"):
        client.get("http://rebinding.example/")


def test_calls_to_this_machine_work_where_the_operator_allows_them(httpserver: HTTPServer, settings) -> None:
    settings.ANTENNE_HTTP_ALLOW_PRIVATE = True
    httpserver.expect_request("/").respond_with_data("reached")
    with http.client() as client:
        assert client.get(httpserver.url_for("/")).text == "reached"
