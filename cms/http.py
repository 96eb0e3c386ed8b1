"""The one HTTP client for calls to other servers.

It refuses private, loopback, link-local and other special addresses when it connects, on the
address that was really resolved: a name that changes its mind between check and use (DNS
rebinding) gains nothing. It follows no redirects.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx
from django.conf import settings


class HostsOnly(logging.Filter):
    """Keeps what follows the host out of the log: some services want their token in the address."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten every address among the arguments."""
        if isinstance(record.args, tuple):
            record.args = tuple(map(_host_only, record.args))
        return True


def _host_only(argument: Any) -> Any:
    if isinstance(argument, httpx.URL):
        return f"{argument.scheme}://{argument.netloc.decode('ascii', 'replace')}/…"
    return argument


logging.getLogger("httpx").addFilter(HostsOnly())

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
USER_AGENT = "antenne/0.1"


IPV4_AT_THE_END = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96")))
"""NAT64 (RFC 6052) and IPv4-compatible addresses (RFC 4291): the last 32 bits are where they lead."""


def is_public(address: str) -> bool:
    """Whether ``address`` belongs to the public internet; IPv4 in IPv6 counts as what it hides."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        ip = _hidden_ipv4(ip) or ip
    return ip.is_global and not ip.is_multicast


def _hidden_ipv4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a translator or tunnel would make of ``ip``."""
    if any(ip in network for network in IPV4_AT_THE_END):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


class GuardedBackend(httpcore.SyncBackend):
    """Resolves names itself and connects only to public addresses."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """As httpcore's own, for the first public address of ``host``."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host}: {error}") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not settings.ANTENNE_HTTP_ALLOW_PRIVATE and not all(map(is_public, addresses)):
            raise httpcore.ConnectError(f"{host} is not a public address")
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


Client = httpx.Client
Response = httpx.Response


def client(*, own_site: bool = False, **kwargs: Any) -> httpx.Client:
    """A client for one job; use it as a context manager.

    ``own_site`` is for this site's own public addresses, which behind a proxy may be private ones.
    """
    transport = httpx.HTTPTransport(retries=0)
    if not own_site:
        # httpx has no public way to hand a network backend to its pool.
        transport._pool._network_backend = GuardedBackend()
    headers = {"User-Agent": USER_AGENT, **kwargs.pop("headers", {})}
    return httpx.Client(
        transport=transport,
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        headers=headers,
        **kwargs,
    )


ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)
"""All that a call to another server may raise."""
NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Of these, the ones after which nothing can have arrived."""
