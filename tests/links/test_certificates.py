"""Certificates as a followed link meets them, from an authority of the test's own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from links.certificates import certificate_fault
from links.checker import follow_link
from links.verdicts import Journey
from tests.links.tls import Authority, serve_tls


@pytest.fixture
def authority(tmp_path: Path, monkeypatch) -> Authority:
    authority = Authority(tmp_path)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(authority.bundle))
    return authority


def follow(certificate: Path) -> Journey:
    with serve_tls(certificate) as port:
        return follow_link(
            f"https://localhost:{port}/",
            device="iphone",
            utm={},
            now=datetime.now(UTC),
            allowed_private_hosts=["localhost"],
        )


def found(journey: Journey) -> list[tuple[str, str]]:
    return [(problem.code, problem.message) for problem in journey.problems]


def test_a_good_certificate_is_no_word_worth(authority) -> None:
    assert found(follow(authority.sign("localhost", days=60))) == []


def test_one_that_ends_soon_is_a_warning_with_its_day(authority) -> None:
    journey = follow(authority.sign("localhost", days=9))
    ((code, message),) = found(journey)
    day = datetime.now(UTC) + timedelta(days=9)
    assert code == "certificate-ends"
    assert f"The certificate of localhost ends on {day:%-d %B %Y}" in message
    assert journey.is_ok


def test_one_that_has_expired_is_an_error(authority) -> None:
    ((code, message),) = found(follow(authority.sign("localhost", days=-1)))
    assert code == "tls"
    assert "has a certificate that has expired" in message


def test_one_of_another_host_is_an_error(authority) -> None:
    ((code, message),) = found(follow(authority.sign("other.example", days=60)))
    assert code == "tls"
    assert "has a certificate of another host" in message


def test_one_that_nobody_known_has_signed_is_an_error(tmp_path) -> None:
    ((code, message),) = found(follow(Authority(tmp_path).sign("localhost", days=60)))
    assert code == "tls"
    assert "does not send the certificates between" in message


def test_any_other_fault_is_told_in_general() -> None:
    assert certificate_fault(OSError("odd")).startswith("has no valid certificate")
