"""The doctor against a real name server: each check seen passing and failing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tasks.newsletter.dkim_keys import dns_text, new_key
from tests.doubles.dns import SERVFAIL, SILENCE, TRUNCATED, NameServer, Zone

IP = "5.9.0.1"
GOOD: Zone = {
    ("example.org", "MX"): ["10 mail.example.org."],
    ("mail.example.org", "A"): ["127.0.0.1"],
    ("example.org", "TXT"): [f'"v=spf1 ip4:{IP} -all"'],
    ("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:a@example.org"'],
    ("1.0.9.5.in-addr.arpa", "PTR"): ["out.example.org."],
    ("out.example.org", "A"): [IP],
}


@pytest.fixture
def server(tmp_path: Path, settings) -> Iterator[NameServer]:
    """A domain that is in order, signed by a key of ours."""
    key = new_key("ed25519", tmp_path / "key")
    settings.ANTENNE_DKIM = [f"e1:example.org:{tmp_path / 'key'}"]
    settings.ANTENNE_BOUNCE_ADDRESS = "bounces@example.org"
    settings.WAGTAILADMIN_BASE_URL = "https://example.org"
    record = {("e1._domainkey.example.org", "TXT"): [f'"{dns_text(key.public_key())}"']}
    with NameServer({**GOOD, **record}) as running:
        yield running


def ask(
    server: NameServer, capsys, *more: str, domain: str = "example.org", relay_ip: str = IP
) -> tuple[int, dict[str, list]]:
    """(exit code, check → [(level, found and what to do)])."""
    code = 0
    arguments = ["--nameserver", f"127.0.0.1:{server.port}", "--seconds", "1", "--json"]
    arguments += ["--relay-ip", relay_ip] if relay_ip else []
    try:
        call_command("mail_doctor", domain, *arguments, "--smtp-port", "1", "--language", "en", *more)
    except SystemExit as end:
        code = int(end.code or 0)
    found: dict[str, list] = {}
    for item in json.loads(capsys.readouterr().out):
        found.setdefault(item["check"], []).append((item["level"], f"{item['found']} {item['record']}"))
    return code, found


def levels(found: dict[str, list], check: str) -> set[str]:
    return {level for level, _ in found[check]}


def test_a_good_domain_has_nothing_wrong(server, capsys) -> None:
    code, found = ask(server, capsys)
    assert code == 0
    for check in ("MX", "SPF", "DKIM", "DMARC", "PTR", "One-click"):
        assert levels(found, check) == {"ok"}, found[check]


@pytest.mark.parametrize(
    ("check", "name", "kind", "records", "says"),
    [
        ("MX", "example.org", "MX", [], "Nobody takes mail"),
        ("MX", "mail.example.org", "A", [], "has no address"),
        ("SPF", "example.org", "TXT", [], "0 SPF records"),
        ("SPF", "example.org", "TXT", ['"v=spf1 -all"', '"v=spf1 mx -all"'], "2 SPF records"),
        ("SPF", "example.org", "TXT", ['"v=spf1 nonsense -all"'], "is not SPF"),
        ("SPF", "example.org", "TXT", ['"v=spf1 +all"'], "lets everybody"),
        ("SPF", "example.org", "TXT", ['"v=spf1 ip4:5.9.0.2 -all"'], "fail example.org. IN TXT"),
        ("SPF", "example.org", "TXT", ['"v=spf1 include:example.org -all"'], "includes itself"),
        ("SPF", "example.org", "TXT", [f'"v=spf1 {"a " * 11}-all"'], "11 look-ups"),
        ("DKIM", "e1._domainkey.example.org", "TXT", [], "0 records e1._domainkey.example.org. IN TXT"),
        ("DKIM", "e1._domainkey.example.org", "TXT", ['"v=DKIM1; p=%%%"'], "no key"),
        (
            "DKIM",
            "e1._domainkey.example.org",
            "TXT",
            [f'"k=ed25519; p={"A" * 43}="'],
            "not the key that signs",
        ),
        ("DMARC", "_dmarc.example.org", "TXT", [], "0 DMARC records _dmarc.example.org."),
        ("DMARC", "_dmarc.example.org", "TXT", ['"v=DMARC1; p=maybe"'], "no valid policy"),
        ("DMARC", "_dmarc.example.org", "TXT", ['"v=DMARC1; p=none; rua=a@b.org"'], "no address for reports"),
        ("PTR", "1.0.9.5.in-addr.arpa", "PTR", [], "has no name"),
        ("PTR", "out.example.org", "A", ["5.9.0.3"], "has no name"),
    ],
)
def test_each_fault_is_named(server, capsys, check, name, kind, records, says) -> None:
    server.zone[name, kind] = records
    code, found = ask(server, capsys)
    assert code == 1
    assert any(level == "wrong" and says in text for level, text in found[check]), found[check]


def test_spf_follows_includes_and_redirects(server, capsys) -> None:
    server.zone["example.org", "TXT"] = ['"v=spf1 redirect=spf.example.org"']
    server.zone["spf.example.org", "TXT"] = ['"v=spf1 include:relay.example -all"']
    server.zone["relay.example", "TXT"] = ['"v=spf1 a:out.example.org -all"']
    assert levels(ask(server, capsys)[1], "SPF") == {"ok"}


def test_dmarc_of_the_organisation_covers_a_subdomain(server, capsys) -> None:
    _, found = ask(server, capsys, "--from", "news@list.example.org")
    assert levels(found, "DMARC") == {"ok"}


def test_another_senders_mails_are_not_aligned(server, capsys) -> None:
    server.zone["_dmarc.example.com", "TXT"] = ['"v=DMARC1; p=reject"']
    _, found = ask(server, capsys, "--from", "news@example.com")
    assert levels(found, "DMARC") == {"ok", "wrong"}


def test_an_address_without_https_is_wrong(server, capsys, settings) -> None:
    settings.WAGTAILADMIN_BASE_URL = "http://example.org"
    assert levels(ask(server, capsys)[1], "One-click") == {"wrong"}


def test_long_answers_are_fetched_over_tcp(server, capsys) -> None:
    server.zone["example.org", "TXT"].append(TRUNCATED)
    assert levels(ask(server, capsys)[1], "SPF") == {"ok"}
    assert server.over_tcp
    server.zone["example.org", "TXT"].remove(TRUNCATED)


@pytest.mark.parametrize("trouble", [SERVFAIL, SILENCE])
def test_one_name_without_an_answer_stops_nothing_else(server, capsys, trouble: str) -> None:
    server.zone["_dmarc.example.org", "TXT"] = [trouble]
    code, found = ask(server, capsys)
    assert (code, levels(found, "DMARC"), levels(found, "PTR")) == (0, {"unchecked"}, {"ok"})


def test_no_answer_at_all_has_its_own_exit_code(capsys) -> None:
    with NameServer({}) as server:
        server.reply = lambda data, tcp: b""
        assert ask(server, capsys)[0] == 3


def test_international_domains_are_taken(server, capsys) -> None:
    server.zone["xn--mnchen-3ya.example", "MX"] = ["10 mail.example.org."]
    _, found = ask(server, capsys, domain="münchen.example")
    assert ("ok", "xn--mnchen-3ya.example: mail.example.org ") in found["MX"]


def test_what_is_no_domain_is_a_usage_error(server, capsys) -> None:
    with pytest.raises(CommandError) as error:
        ask(server, capsys, domain="not a domain")
    assert error.value.returncode == 2


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--relay-ip", "relay.example.org", "is no IP address"),
        ("--nameserver", "ns.example.org", "is no IP address"),
        ("--nameserver", "127.0.0.1:99999", "is no port"),
        ("--seconds", "0", "is no time"),
        ("--seconds", "nan", "is no time"),
        ("--smtp-port", "smtp", "is no port"),
        ("--selector", "a_b", "is no selector"),
        ("--from", "nobody", "is no mail address"),
    ],
)
def test_bad_values_are_named_with_their_option(option: str, value: str, says: str) -> None:
    with pytest.raises(CommandError, match=says) as error:
        call_command("mail_doctor", "example.org", option, value)
    assert option in str(error.value)
    assert value.rpartition(":")[2] in str(error.value)


def test_addresses_of_the_relay_come_from_dns(server, capsys, settings) -> None:
    """Only public ones: that a relay is reached at a private address says nothing of how others see it."""
    settings.ANTENNE_RELAYS = ["smtp://out.example.org:1", "smtp://10.0.0.5:1", "smtp://localhost:1"]
    server.zone["out.example.org", "A"] = [IP, "10.0.0.6"]
    _, found = ask(server, capsys, relay_ip="")
    assert [text for _, text in found["PTR"]] == [f"{IP}: out.example.org "]
    server.zone["out.example.org", "A"] = ["10.0.0.6"]
    _, found = ask(server, capsys, relay_ip="")
    assert levels(found, "PTR") == {"unchecked"}


def test_new_key_prints_what_to_publish(tmp_path: Path, capsys) -> None:
    call_command("mail_doctor", "example.org", "--new-key", "ed25519", "n1", "--path", str(tmp_path / "k"))
    assert 'n1._domainkey.example.org. IN TXT "v=DKIM1; k=ed25519; p=' in capsys.readouterr().out
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
