"""Look-ups against a real name server on this machine."""

import socket

import dns.resolver
import pytest

from links import dns_records
from links.dns_records import NoDnsAnswerError, addresses_of, texts_of
from tests.links.name_server import name_server


def test_texts_are_joined_and_each_record_is_one(monkeypatch) -> None:
    records = {("_textrail.a.example", "TXT"): ['"one " "text"', '"another"']}
    with name_server(records, monkeypatch):
        assert sorted(texts_of("_textrail.a.example")) == ["another", "one text"]


def test_addresses_of_both_kinds_are_found(monkeypatch) -> None:
    records = {("a.example", "A"): ["192.0.2.1"], ("a.example", "AAAA"): ["2001:db8::1"]}
    with name_server(records, monkeypatch):
        assert addresses_of("a.example") == ["192.0.2.1", "2001:db8::1"]


def test_a_name_that_does_not_exist_has_none(monkeypatch) -> None:
    with name_server({("a.example", "A"): ["192.0.2.1"]}, monkeypatch):
        assert texts_of("a.example") == texts_of("b.example") == []
        assert texts_of("x" * 64 + ".example") == []


def test_a_silent_name_server_is_told_from_a_missing_record(monkeypatch) -> None:
    monkeypatch.setattr(dns_records, "_SECONDS", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], silent.getsockname()[1]
        monkeypatch.setattr(dns_records, "_resolver", lambda: resolver)
        with pytest.raises(NoDnsAnswerError, match=r"for a\.example"):
            texts_of("a.example")


def test_the_resolver_of_this_machine_can_be_made() -> None:
    assert isinstance(dns_records._resolver(), dns.resolver.Resolver)
