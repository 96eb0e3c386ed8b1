"""The bulk sink counts truly and misbehaves as told: what measurements and the soak rely on."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.sink import BulkSink

MESSAGE = "Subject: Hallo\r\n\r\n..Punkt am Anfang\r\n"


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[BulkSink]:
    with BulkSink(tmp_path / "mails.log") as running:
        yield running


@pytest.fixture
def client(sink: BulkSink) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as connected:
        yield connected


def test_it_counts_every_message_by_recipient(sink: BulkSink, client: smtplib.SMTP) -> None:
    for recipient in ("a@one.example", "b@one.example", "a@one.example"):
        client.sendmail("us@example.org", [recipient], MESSAGE)
    assert sink.by_address() == {"a@one.example": 2, "b@one.example": 1}
    counts = sink.counts()
    assert (counts.accepted, counts.connections, counts.most_connections) == (3, 1, 1)


def test_it_takes_whole_envelopes_and_the_next_one_behind_a_message(
    sink: BulkSink, client: smtplib.SMTP
) -> None:
    client.ehlo()
    assert client.has_extn("pipelining")
    envelope = "MAIL FROM:<us@example.org>\r\nRCPT TO:<{}@one.example>\r\nDATA\r\n"
    client.send(envelope.format("a") + "One\r\n.\r\n" + envelope.format("b") + "Two\r\n.\r\nRSET\r\n")
    replies = [client.getreply()[0] for _ in range(9)]
    assert replies == [250, 250, 354, 250, 250, 250, 354, 250, 250]
    assert sink.by_address() == {"a@one.example": 1, "b@one.example": 1}


def test_a_refusal_leaves_the_transaction_open_as_real_servers_do(
    sink: BulkSink, client: smtplib.SMTP
) -> None:
    sink.behave(refuse_share=1.0)
    client.ehlo()
    client.send("MAIL FROM:<us@example.org>\r\nRCPT TO:<a@one.example>\r\nDATA\r\n")
    assert [client.getreply()[0] for _ in range(3)] == [250, 451, 554]
    assert client.mail("us@example.org")[0] == 503
    sink.behave()
    client.rset()
    client.sendmail("us@example.org", ["a@one.example"], MESSAGE)
    assert (sink.counts().refused, sink.counts().accepted) == (1, 1)


def test_the_same_seed_refuses_the_same_share(sink: BulkSink, client: smtplib.SMTP) -> None:
    client.ehlo()

    def refused() -> list[bool]:
        sink.behave(refuse_share=0.3, seed=7)
        codes = []
        for _ in range(50):
            client.mail("us@example.org")
            codes.append(client.rcpt("a@one.example")[0])
            client.rset()
        return [code == 451 for code in codes]

    first = refused()
    assert 5 < sum(first) < 25
    assert refused() == first


def test_a_dropped_connection_has_taken_the_message(sink: BulkSink, client: smtplib.SMTP) -> None:
    sink.behave(drop_share=1.0)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.sendmail("us@example.org", ["a@one.example"], MESSAGE)
    assert sink.by_address() == {"a@one.example": 1}


def test_a_mute_server_takes_connections_and_says_nothing(sink: BulkSink, client: smtplib.SMTP) -> None:
    sink.behave(mute=True)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        smtplib.SMTP("127.0.0.1", sink.port, timeout=0.2)


def test_drip_and_delay_change_the_time_and_not_the_words(sink: BulkSink, client: smtplib.SMTP) -> None:
    sink.behave(drip=0.001, delays={"slow.example": 0.05})
    client.sendmail("us@example.org", ["a@slow.example"], MESSAGE)
    client.sendmail("us@example.org", ["a@fast.example"], MESSAGE)
    assert [address for _, address in sink.accepted()] == ["a@slow.example", "a@fast.example"]
