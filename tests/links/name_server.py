"""A name server on this machine, whose records a test writes down."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

from links import dns_records

Records = dict[tuple[str, str], list[str]]


@contextmanager
def name_server(records: Mapping[tuple[str, str], list[str]], monkeypatch) -> Iterator[Records]:
    """Answer `records`, (name, kind) → texts, to every look-up until the block ends."""
    held: Records = dict(records)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
        monkeypatch.setattr(dns_records, "_resolver", lambda: resolver)
        thread = threading.Thread(target=_answer_all, args=(server, held))
        thread.start()
        try:
            yield held
        finally:
            server.sendto(b"", server.getsockname())
            thread.join()


def _answer_all(server: socket.socket, records: Records) -> None:
    while True:
        asked, client = server.recvfrom(4096)
        if not asked:
            return
        query = dns.message.from_wire(asked)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), question.rdtype.name
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if (name, kind) in records:
            texts = records[name, kind]
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif not any(known == name for known, _ in records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(answer.to_wire(), client)
