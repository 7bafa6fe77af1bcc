"""Countries from a file in MaxMind's format."""

from pathlib import Path

import pytest

from tests.tracking.country_files import write_country_file
from tracking.countries import CountryFile, open_countries

NETWORKS = {
    "203.0.113.0/24": {"country": {"iso_code": "DE"}},
    "2001:db8::/32": {"country": {"iso_code": "FR"}},
    "198.51.100.0/24": {"country": "us"},
    "192.0.2.0/24": {"continent": {"code": "EU"}},
    "192.0.3.0/24": {"country": {"iso_code": "Germany"}},
}


@pytest.fixture
def countries(tmp_path: Path) -> CountryFile:
    return CountryFile(write_country_file(tmp_path / "countries.mmdb", NETWORKS))


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("203.0.113.7", "DE"),
        ("2001:db8::7", "FR"),
        ("198.51.100.1", "US"),
        ("192.0.2.1", ""),
        ("192.0.3.1", ""),
        ("8.8.8.8", ""),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_an_address_has_the_country_of_its_network(
    countries: CountryFile, address: str, country: str
) -> None:
    assert countries.country(address) == country


def test_the_file_may_be_cut_short_while_it_is_in_use(tmp_path: Path) -> None:
    path = write_country_file(tmp_path / "countries.mmdb", NETWORKS)
    countries = CountryFile(path)

    path.write_bytes(b"")

    assert countries.country("203.0.113.7") == "DE"


def test_without_a_setting_there_is_no_file() -> None:
    assert open_countries("") is None


def test_the_configured_file_is_opened(tmp_path: Path) -> None:
    found = open_countries(str(write_country_file(tmp_path / "countries.mmdb", NETWORKS)))

    assert found is not None
    assert found.country("203.0.113.7") == "DE"


@pytest.mark.parametrize("content", [None, b"", b"no such file" * 100])
def test_a_file_that_cannot_be_read_costs_the_country_and_nothing_else(
    tmp_path: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "countries.mmdb"
    if content is not None:
        path.write_bytes(content)

    assert open_countries(str(path)) is None
    assert str(path) in caplog.text
