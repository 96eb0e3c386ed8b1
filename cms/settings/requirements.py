"""What production asks of its environment: each function reports its faults to ``env.faults``."""

from __future__ import annotations

import os
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from cms.env import Environment

SECRET_CHARACTERS = 50
KEY_CHARACTERS = 32
DIFFERENT_CHARACTERS = 10
MIN_HSTS_SECONDS = 3600
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
POSTGRESQL, UNREADABLE = "django.db.backends.postgresql", "django.db.backends.dummy"
BROKERS = {"redis", "rediss", "unix"}
LOG_LEVELS = {"DEBUG", "INFO", "WARNING", "ERROR"}


def is_weak(secret: str, characters: int) -> bool:
    """Too short, too uniform, or an example that was copied."""
    example = secret.startswith(("django-insecure-", "change-me"))
    return example or len(secret) < characters or len(set(secret)) < DIFFERENT_CHARACTERS


def secret_key(env: Environment) -> str:
    """SECRET_KEY, long and random."""
    key = env.required("SECRET_KEY", "sessions and links in mails are signed with it")
    if key and is_weak(key, SECRET_CHARACTERS):
        env.faults.append(f"SECRET_KEY must be random, with at least {SECRET_CHARACTERS} characters")
    return key


def encryption_keys(env: Environment) -> list[str]:
    """ANTENNE_ENCRYPTION_KEYS, newest first."""
    env.required("ANTENNE_ENCRYPTION_KEYS", "access tokens of social accounts are encrypted with them")
    keys = env.words("ANTENNE_ENCRYPTION_KEYS")
    if any(is_weak(key, KEY_CHARACTERS) for key in keys):
        env.faults.append(
            f"ANTENNE_ENCRYPTION_KEYS must be random, each with at least {KEY_CHARACTERS} characters"
        )
    return keys


def hash_key(env: Environment) -> str:
    """ANTENNE_HASH_KEY, long and random: another secret in its place would unblock every address."""
    key = env.required("ANTENNE_HASH_KEY", "blocked addresses and consent records are recognised with it")
    if key and is_weak(key, KEY_CHARACTERS):
        env.faults.append(f"ANTENNE_HASH_KEY must be random, with at least {KEY_CHARACTERS} characters")
    return key


def hosts(env: Environment) -> list[str]:
    """ALLOWED_HOSTS, without a wildcard for everything."""
    env.required("ALLOWED_HOSTS", "the host names under which the site is reached")
    names = env.words("ALLOWED_HOSTS")
    if "*" in names:
        env.faults.append("ALLOWED_HOSTS must name the hosts; * lets anybody forge links in mails")
    return names


def public_url(env: Environment, allowed: list[str]) -> str:
    """ANTENNE_URL: https, and one of the allowed hosts."""
    url = env.required("ANTENNE_URL", "the address of the site, e.g. https://antenne.example.org")
    parts = urlsplit(url)
    if url and (parts.scheme != "https" or not parts.hostname or parts.path.strip("/")):
        env.faults.append(f"ANTENNE_URL must be an https address without a path, not {url!r}")
    elif url and allowed and not any(host_matches(parts.hostname or "", name) for name in allowed):
        env.faults.append(f"ANTENNE_URL names {parts.hostname}, which is not among ALLOWED_HOSTS")
    return url.rstrip("/")


def host_matches(host: str, allowed: str) -> bool:
    """Django's rule: a leading dot stands for all subdomains."""
    return host == allowed.lower() or (allowed.startswith(".") and f".{host}".endswith(allowed.lower()))


def postgresql(env: Environment, engine: str) -> None:
    """DATABASE_URL is given and names PostgreSQL; one that cannot be read is a fault already."""
    given = env.required("DATABASE_URL", "the database, e.g. postgres://user:password@host/name")
    if given and engine not in (POSTGRESQL, UNREADABLE):
        env.faults.append("DATABASE_URL must name a PostgreSQL database: postgres://user:password@host/name")


def broker(env: Environment) -> None:
    """REDIS_URL is given and can be understood."""
    url = env.required("REDIS_URL", "the broker of the worker, e.g. redis://:password@host:6379/0")
    if url and urlsplit(url).scheme not in BROKERS:
        env.faults.append("REDIS_URL must begin with redis://, rediss:// or unix://")


def mail(env: Environment) -> None:
    """A relay or a provider, a sender, and no password in clear text."""
    if env.text("ANTENNE_MAIL_PROVIDER"):
        host = env.text("EMAIL_HOST")
    else:
        host = env.required("EMAIL_HOST", "the relay that takes outgoing mail")
    tls, ssl = env.flag("EMAIL_USE_TLS"), env.flag("EMAIL_USE_SSL")
    if tls and ssl:
        env.faults.append("EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other; port 587 wants TLS, 465 SSL")
    if env.text("EMAIL_HOST_PASSWORD") and not (tls or ssl) and host not in LOOPBACK:
        env.faults.append(
            "EMAIL_USE_TLS or EMAIL_USE_SSL must be 1: the relay's password would go in clear text"
        )
    sender = env.required("DEFAULT_FROM_EMAIL", "the sender of all mails, e.g. Name <news@example.org>")
    if sender and "@" not in parseaddr(sender)[1]:
        env.faults.append(f"DEFAULT_FROM_EMAIL must be an address or Name <address>, not {sender!r}")


def media_directory(env: Environment) -> Path:
    """MEDIA_ROOT: an absolute path to a directory that can be written."""
    name = env.required("MEDIA_ROOT", "the directory for uploaded images and documents")
    path = Path(name)
    if name and not (path.is_absolute() and path.is_dir() and os.access(path, os.W_OK | os.X_OK)):
        env.faults.append(
            f"MEDIA_ROOT must be an existing, writable directory with an absolute path, not {name}"
        )
    return path


def hsts_seconds(env: Environment) -> int:
    """How long browsers insist on https."""
    seconds = env.integer("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
    if seconds < MIN_HSTS_SECONDS:
        env.faults.append(f"SECURE_HSTS_SECONDS must be at least {MIN_HSTS_SECONDS}")
    return seconds


def log_level(env: Environment) -> str:
    """The least important level that is logged."""
    level = env.text("LOG_LEVEL", "INFO").upper()
    if level not in LOG_LEVELS:
        env.faults.append(f"LOG_LEVEL must be one of {', '.join(sorted(LOG_LEVELS))}, not {level!r}")
        return "INFO"
    return level
