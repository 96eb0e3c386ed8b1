"""Signatures of the fediverse: what is signed is accepted, and nothing else."""

from __future__ import annotations

import base64
from datetime import timedelta
from email.utils import format_datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.utils import timezone

from tasks.social.activitypub.signatures import Signature, SignatureInvalid, check_body, digest, sign

KEY = rsa.generate_private_key(65537, 2048)
URL = "https://antenne.example/ap/1/inbox?a=b"
BODY = b'{"type": "Follow"}'

# Appendix C of draft-cavage-http-signatures-12.
DRAFT_KEY = """-----BEGIN RSA PRIVATE KEY-----
MIICXgIBAAKBgQDCFENGw33yGihy92pDjZQhl0C36rPJj+CvfSC8+q28hxA161QF
NUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6Z4UMR7EOcpfdUE9Hf3m/hs+F
UR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJwoYi+1hqp1fIekaxsyQIDAQAB
AoGBAJR8ZkCUvx5kzv+utdl7T5MnordT1TvoXXJGXK7ZZ+UuvMNUCdN2QPc4sBiA
QWvLw1cSKt5DsKZ8UETpYPy8pPYnnDEz2dDYiaew9+xEpubyeW2oH4Zx71wqBtOK
kqwrXa/pzdpiucRRjk6vE6YY7EBBs/g7uanVpGibOVAEsqH1AkEA7DkjVH28WDUg
f1nqvfn2Kj6CT7nIcE3jGJsZZ7zlZmBmHFDONMLUrXR/Zm3pR5m0tCmBqa5RK95u
412jt1dPIwJBANJT3v8pnkth48bQo/fKel6uEYyboRtA5/uHuHkZ6FQF7OUkGogc
mSJluOdc5t6hI1VsLn0QZEjQZMEOWr+wKSMCQQCC4kXJEsHAve77oP6HtG/IiEn7
kpyUXRNvFsDE0czpJJBvL/aRFUJxuRK91jhjC68sA7NsKMGg5OXb5I5Jj36xAkEA
gIT7aFOYBFwGgQAQkWNKLvySgKbAZRTeLBacpHMuQdl1DfdntvAyqpAZ0lY0RKmW
G6aFKaqQfOXKCyWoUiVknQJAXrlgySFci/2ueKlIE1QqIiLSZ8V8OlpFLRnb1pzI
7U1yQXnTAEFYM560yJlzUpOb1V4cScGd365tiSMvxLOvTA==
-----END RSA PRIVATE KEY-----
"""
DRAFT_BASIC = (
    "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn"
    "7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="
)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed() -> tuple[Signature, dict[str, str]]:
    headers = sign("POST", URL, BODY, "https://a.example/u#main-key", KEY)
    return Signature.parse(headers.pop("signature")), headers


def test_the_example_of_the_draft_has_the_signature_of_the_draft() -> None:
    """C.2, signed by others."""
    key = load_pem_private_key(DRAFT_KEY.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    headers = {"host": "example.com", "date": "Sun, 05 Jan 2014 21:31:40 GMT"}
    covered = ("(request-target)", "host", "date")
    theirs = Signature("Test", covered, base64.b64decode(DRAFT_BASIC))
    theirs.verify("post /foo?param=value&pet=dog", headers, pem(key))
    with pytest.raises(SignatureInvalid):
        theirs.verify("post /foo?param=value&pet=cat", headers, pem(key))


def test_the_digest_is_the_one_of_the_draft() -> None:
    assert digest(b'{"hello": "world"}') == "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="


def test_what_is_signed_is_accepted() -> None:
    signature, headers = signed()
    assert signature.key_id == "https://a.example/u#main-key"
    signature.verify("post /ap/1/inbox?a=b", headers, pem(KEY))
    check_body(headers, BODY)


@pytest.mark.parametrize("name", ["host", "date", "digest"])
def test_no_header_can_be_exchanged(name: str) -> None:
    signature, headers = signed()
    with pytest.raises(SignatureInvalid):
        signature.verify("post /ap/1/inbox?a=b", {**headers, name: "other"}, pem(KEY))
    del headers[name]
    with pytest.raises(SignatureInvalid):
        signature.verify("post /ap/1/inbox?a=b", headers, pem(KEY))


@pytest.mark.parametrize("target", ["post /ap/2/inbox?a=b", "get /ap/1/inbox?a=b", "post /ap/1/inbox"])
def test_it_holds_for_one_address_only(target: str) -> None:
    signature, headers = signed()
    with pytest.raises(SignatureInvalid):
        signature.verify(target, headers, pem(KEY))


@pytest.mark.parametrize("covered", ["", "date", "(request-target) host date", "host date digest"])
def test_what_covers_too_little_is_none(covered: str) -> None:
    with pytest.raises(SignatureInvalid, match="not signed"):
        Signature.parse(f'keyId="a",headers="{covered}",signature="YQ=="')


def test_a_signature_that_is_no_base64_is_none() -> None:
    with pytest.raises(SignatureInvalid):
        Signature.parse('keyId="a",headers="(request-target) host date digest",signature="é"')


@pytest.mark.parametrize("key", ["", "nonsense", pem(ec.generate_private_key(ec.SECP256R1()))])
def test_keys_of_other_kinds_fit_nothing(key: str) -> None:
    signature, headers = signed()
    with pytest.raises(SignatureInvalid):
        signature.verify("post /ap/1/inbox?a=b", headers, key)


def test_another_body_is_another_message() -> None:
    _signature, headers = signed()
    with pytest.raises(SignatureInvalid, match="digest"):
        check_body(headers, BODY + b" ")


@pytest.mark.parametrize("away", [timedelta(hours=-2), timedelta(hours=2)])
def test_what_was_signed_at_another_time_is_not_taken(away: timedelta) -> None:
    date = format_datetime(timezone.now() + away, usegmt=True)
    with pytest.raises(SignatureInvalid, match="too far"):
        check_body({"digest": digest(BODY), "date": date}, BODY)


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Sun, 05 Jan 2014 21:31:40", "Sun, 99 Jan 2014 21:31:40 GMT"]
)
def test_a_date_that_is_none_is_not_taken(date: str) -> None:
    with pytest.raises(SignatureInvalid):
        check_body({"digest": digest(BODY), "date": date}, BODY)


def test_the_address_alone_has_a_path() -> None:
    headers = sign("GET", "https://a.example", None, "k", KEY)
    assert "digest" not in headers
    assert 'headers="(request-target) host date"' in headers["signature"]
