"""A name server on loopback whose zone is a dict: (name, type) → records, or what goes wrong."""

from __future__ import annotations

import socketserver
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Zone = dict[tuple[str, str], list[str]]
SERVFAIL, SILENCE, TRUNCATED = "!servfail", "!silence", "!truncated"


class NameServer:
    """Answers on UDP and TCP; use it as a context manager."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.over_tcp = 0
        outer = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, sock = self.request
                if reply := outer.reply(data, tcp=False):
                    sock.sendto(reply, self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                length = int.from_bytes(self.rfile.read(2), "big")
                outer.over_tcp += 1
                reply = outer.reply(self.rfile.read(length), tcp=True)
                self.wfile.write(len(reply).to_bytes(2, "big") + reply)

        self._udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Udp)
        self.port = self._udp.server_address[1]
        self._tcp = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Tcp)

    def reply(self, data: bytes, tcp: bool) -> bytes:
        """The bytes that answer a question; none for silence."""
        query = dns.message.from_wire(data)
        question = query.question[0]
        kind = question.rdtype.name
        records = self.zone.get((question.name.to_text().rstrip("."), kind), [])
        answer = dns.message.make_response(query)
        if SILENCE in records:
            return b""
        if SERVFAIL in records:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif TRUNCATED in records and not tcp:
            answer.flags |= dns.flags.TC
        elif real := [text for text in records if not text.startswith("!")]:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *real))
        return answer.to_wire()

    def __enter__(self) -> NameServer:
        for server in (self._udp, self._tcp):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()
