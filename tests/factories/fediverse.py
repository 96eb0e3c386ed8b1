"""Accounts of other servers, and what they send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpResponse
from django.test import Client
from pytest_httpserver import HTTPServer

from tasks.social.activitypub import addresses, keys, signatures
from tasks.social.activitypub.models import Follower, RemoteActor
from tasks.social.models import SocialAccount
from tests.factories.social import account


def our_account(handle: str = "antenne", **fields: Any) -> SocialAccount:
    """An account of the site, with its key."""
    made = account("activitypub", options={"handle": handle}, **fields)
    keys.ensure_key(made)
    return made


@dataclass
class Somebody:
    """A person on another server, who can sign."""

    server: str
    name: str = "anna"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def uri(self) -> str:
        return f"{self.server}/users/{self.name}"

    @property
    def key_id(self) -> str:
        return f"{self.uri}#main-key"

    @property
    def pem(self) -> str:
        public = self.key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def profile(self, **fields: Any) -> dict[str, Any]:
        return {
            "id": self.uri,
            "type": "Person",
            "preferredUsername": self.name,
            "inbox": f"{self.uri}/inbox",
            "endpoints": {"sharedInbox": f"{self.server}/inbox"},
            "publicKey": {"id": self.key_id, "owner": self.uri, "publicKeyPem": self.pem},
        } | fields

    def shown_by(self, httpserver: HTTPServer, **fields: Any) -> Somebody:
        """Their server shows the profile."""
        httpserver.expect_request(f"/users/{self.name}", method="GET").respond_with_json(
            self.profile(**fields), content_type="application/activity+json"
        )
        return self

    def says(self, kind: str, thing: Any, number: int = 1) -> dict[str, Any]:
        return {"id": f"{self.uri}#{number}", "type": kind, "actor": self.uri, "object": thing}

    def follow(self, account: SocialAccount) -> dict[str, Any]:
        return self.says("Follow", addresses.actor_uri(account))

    def sends(self, message: Any, to: str, **other: str) -> HttpResponse:
        """As their server does it; ``other`` headers take the place of what was signed."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        signed = signatures.sign("POST", to, body, self.key_id, self.key)
        path = to.removeprefix(addresses.absolute("")) if "://" in to else to
        return posted(path, body, {**signed, **other})

    def stored(self) -> RemoteActor:
        """As somebody who is known already."""
        return RemoteActor.objects.create(
            uri=self.uri,
            host=addresses.host_of(self.uri),
            name=self.name,
            key_id=self.key_id,
            key_pem=self.pem,
            inbox=f"{self.uri}/inbox",
            shared_inbox=f"{self.server}/inbox",
        )

    def following(self, account: SocialAccount) -> Follower:
        """As somebody who follows already."""
        return Follower.objects.create(account=account, actor=self.stored(), follow_uri=f"{self.uri}#1")


def posted(path: str, body: bytes, headers: dict[str, str]) -> HttpResponse:
    """One POST to this site."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    client = Client(enforce_csrf_checks=True, headers=sent)
    reply: HttpResponse = client.post(path, body, content_type="application/activity+json")
    return reply
