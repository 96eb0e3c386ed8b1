"""Who calls, as far as that can be trusted."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address of the client; None where the server does not know it.

    Each trusted proxy appends the address that it was called from to ``X-Forwarded-For``, so the
    one that counts is as far from the end as there are proxies. All before it can be invented.
    """
    direct = request.META.get("REMOTE_ADDR", "")
    hops = [hop for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    proxies = settings.ANTENNE_TRUSTED_PROXIES
    if 0 < proxies <= len(hops):
        return _canonical(hops[-proxies]) or _canonical(direct)
    return _canonical(direct)


def network_of(address: str | None) -> str:
    """The /24 (IPv4) or /48 (IPv6) that ``address`` belongs to: one household, office or provider."""
    if address is None:
        return "unknown"
    return str(ip_network(f"{address}/{48 if ':' in address else 24}", strict=False))


def _canonical(text: str) -> str | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        # A zone (fe80::1%eth0) means something on this machine only.
        return str(address.ipv4_mapped or IPv6Address(int(address)))
    return str(address)
