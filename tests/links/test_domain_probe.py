"""Looks at domains: a name server, a web server, and every way to be unwell."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from links import domain_probe
from links.domain_probe import DomainFacts, DomainFinding, look_at
from tests.links.builders import NOW
from tests.links.name_server import Records, name_server
from tests.links.tls import Authority, serve_tls
from tests.links.web import Web, serve

TOKEN = "token-of-the-domain"
RECORD = f'"textrail-verification={TOKEN}"'
PUBLIC = DomainFacts("go.example.com", "https", TOKEN)


@pytest.fixture
def names(monkeypatch) -> Iterator[Records]:
    held = {("_textrail.go.example.com", "TXT"): [RECORD], ("go.example.com", "A"): ["192.0.2.1"]}
    with name_server(held, monkeypatch) as records:
        yield records


@pytest.fixture
def web() -> Iterator[Web]:
    with serve({"/.well-known/textrail": (200, {"Content-Type": "text/plain"}, TOKEN)}) as server:
        yield server


def look(facts: DomainFacts, *allowed: str, now: datetime = NOW) -> DomainFinding:
    return look_at(facts, now=now, allowed_private_hosts=allowed)


def local(web: Web) -> DomainFinding:
    return look(DomainFacts(web.host, "http", TOKEN), web.host)


def found(finding: DomainFinding) -> dict[str, str]:
    return {problem.code: problem.message for problem in finding.problems}


def test_a_host_of_ours_that_answers_its_token_is_verified_by_that(web) -> None:
    finding = local(web)
    assert (finding.is_serving, finding.has_record, finding.problems) == (True, True, [])


@pytest.mark.parametrize(
    "page", [(200, {}, "another token"), (404, ""), (302, "/elsewhere"), (200, {}, "x" * 5000)]
)
def test_a_host_that_answers_anything_else_is_not_ours(web, page: Any) -> None:
    web.pages["/.well-known/textrail"] = page
    finding = local(web)
    assert not finding.is_serving
    assert not finding.has_record
    assert f"it answers {page[0]}" in found(finding)["not-ours"]


def test_a_host_where_nobody_listens_is_told(monkeypatch, names) -> None:
    with serve() as gone:
        host = gone.host
    finding = look(DomainFacts(host, "http", TOKEN), host)
    assert "Is the proxy running" in found(finding)["unreachable"]


def test_the_record_is_found_although_the_host_does_not_answer(names, monkeypatch) -> None:
    monkeypatch.setattr(domain_probe, "_probe", lambda *_: None)
    finding = look(PUBLIC)
    assert finding.has_record
    assert finding.problems == []


def test_a_record_of_another_token_is_shown_as_found(names, monkeypatch) -> None:
    monkeypatch.setattr(domain_probe, "_probe", lambda *_: None)
    names["_textrail.go.example.com", "TXT"] = ['"textrail-verification=old"']
    finding = look(PUBLIC)
    assert not finding.has_record
    assert (
        f"says textrail-verification={TOKEN}. It holds “textrail-verification=old”"
        in (found(finding)["no-record"])
    )


def test_a_private_address_is_refused(names) -> None:
    finding = look(DomainFacts("127.0.0.1:9", "http", TOKEN))
    assert "needs a public address" in found(finding)["private-address"]
    assert not finding.is_serving


def test_a_host_without_an_address_is_told(names) -> None:
    finding = look(DomainFacts("new.invalid", "https", TOKEN))
    assert "DNS has no address for it" in found(finding)["no-address"]


def test_a_silent_name_server_proves_nothing(monkeypatch) -> None:
    def silent(name: str) -> list[str]:
        raise domain_probe.NoDnsAnswerError(name)

    monkeypatch.setattr(domain_probe, "_probe", lambda *_: None)
    monkeypatch.setattr(domain_probe, "texts_of", silent)
    assert set(found(look(PUBLIC))) == {"dns-silent"}


def test_the_end_of_the_certificate_is_kept_and_warned_of(tmp_path, monkeypatch) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(authority.bundle))
    with serve_tls(authority.sign("localhost", days=9), TOKEN.encode()) as port:
        facts = DomainFacts(f"localhost:{port}", "https", TOKEN)
        finding = look(facts, "localhost", now=datetime.now(UTC))
    assert finding.is_serving
    assert finding.certificate_ends_at is not None
    assert set(found(finding)) == {"certificate-ends"}


def test_the_record_to_add_is_named() -> None:
    facts = DomainFacts("go.example.com:8443", "https", TOKEN)
    assert facts.record_name == "_textrail.go.example.com"
    assert facts.record_value == f"textrail-verification={TOKEN}"
