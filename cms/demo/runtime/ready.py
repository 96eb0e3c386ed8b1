"""Looking once whether a service really answers, as somebody who uses it would."""

from __future__ import annotations

import http.client
import re
import socket
from urllib.parse import urlsplit

import redis

TIMEOUT = 3


def http_answers(url: str) -> bool:
    """Whether ``url`` on loopback answers with 200. Proxies of the environment are not asked."""
    parts = urlsplit(url)
    # The first page is slow where templates and translations are loaded for it.
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=20)
    try:
        connection.request("GET", parts.path, headers={"Host": parts.netloc})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def smtp_greets(port: int) -> bool:
    """Whether an SMTP server greets on loopback."""
    try:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
            greeting = connection.recv(512)
            connection.sendall(b"QUIT\r\n")
            return greeting.startswith(b"220")
    except OSError:
        return False


def redis_answers(url: str) -> bool:
    """Whether the Redis or Valkey at ``url`` answers PING."""
    try:
        with redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def logged(pattern: str, log: str) -> bool:
    """Whether a line of ``log`` matches."""
    return re.search(pattern, log, re.MULTILINE) is not None
