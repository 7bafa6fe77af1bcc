"""Where the checker never goes: addresses inside, by whatever name or redirect."""

import socket
from collections.abc import Iterator

import pytest

from links import guarded_http
from links.checker import follow_link
from tests.links.builders import NOW
from tests.links.test_checker import QUERY, UTM, codes, follow
from tests.links.web import PAGE, Web, serve


@pytest.fixture
def web() -> Iterator[Web]:
    with serve({"/k7Qm2Xa": (302, f"/page?{QUERY}"), "/page": PAGE}) as server:
        yield server


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:1",
        "localhost:1",
        "[::1]:1",
        "2130706433:1",
        "0x7f.1:1",
        "0177.0.0.1:1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[fe80::1]",
        "[fd00::1]",
        "0.0.0.0",
    ],
)
def test_a_private_address_is_refused(address: str) -> None:
    journey = follow_link(f"http://{address}/latest/meta-data/", device="iphone", utm=UTM, now=NOW)
    assert codes(journey) == ["private-address"]
    assert journey.final_status is None


def test_the_server_is_not_even_asked_unless_its_host_is_allowed(web: Web) -> None:
    journey = follow_link(f"{web.url}/k7Qm2Xa", device="iphone", utm=UTM, now=NOW)
    assert codes(journey) == ["private-address"]
    assert web.requests == []


def test_a_host_is_allowed_with_any_port_when_named_without_one(web: Web) -> None:
    journey = follow_link(
        f"{web.url}/k7Qm2Xa", device="iphone", utm=UTM, now=NOW, allowed_private_hosts=["127.0.0.1"]
    )
    assert journey.is_ok


def test_a_redirect_to_the_metadata_address_is_refused(web: Web) -> None:
    web.pages["/k7Qm2Xa"] = (302, "http://169.254.169.254/latest/meta-data/")
    journey = follow(web)
    assert codes(journey) == ["private-address"]
    assert [hop.status for hop in journey.hops] == [302, None]


def test_a_redirect_to_another_port_of_an_allowed_machine_is_refused(web: Web) -> None:
    with serve({"/secret": PAGE}) as inside:
        web.pages["/k7Qm2Xa"] = (302, f"{inside.url}/secret")
        assert codes(follow(web)) == ["private-address"]
        assert inside.requests == []


def test_a_name_that_points_inside_is_refused(monkeypatch) -> None:
    resolve = resolving_to("127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    journey = follow_link("http://innocent.example/", device="iphone", utm=UTM, now=NOW)
    assert codes(journey) == ["private-address"]


def test_a_name_that_points_outside_and_inside_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34", "10.0.0.1"))
    journey = follow_link("http://innocent.example/", device="iphone", utm=UTM, now=NOW)
    assert codes(journey) == ["private-address"]


def test_a_name_is_resolved_once_and_the_checked_address_is_used(monkeypatch) -> None:
    """A rebinding name answers with a public address first and a private one afterwards."""
    names: list[str] = []
    public, private = resolving_to("93.184.216.34"), resolving_to("127.0.0.1")

    def resolve(host, *arguments, **options):
        names.append(host)
        return (public if len(names) == 1 else private)(host, *arguments, **options)

    connected: list[str] = []

    def connect(address, *arguments, **options):
        connected.append(address[0])
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    journey = follow_link("http://rebinding.example/", device="iphone", utm=UTM, now=NOW)
    assert codes(journey) == ["unreachable"]
    assert names == ["rebinding.example"]
    assert connected == ["93.184.216.34"]


def test_an_unknown_name_is_told(monkeypatch) -> None:
    def resolve(*_, **__):
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    journey = follow_link("http://unknown.example/", device="iphone", utm=UTM, now=NOW)
    assert codes(journey) == ["unreachable"]


def test_a_server_that_does_not_answer_is_told(monkeypatch) -> None:
    monkeypatch.setattr(guarded_http, "_TIMEOUTS", (0.2, 0.2))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        journey = follow_link(
            f"http://{host}/", device="iphone", utm=UTM, now=NOW, allowed_private_hosts=[host]
        )
    assert codes(journey) == ["timeout"]


def test_a_proxy_in_the_environment_does_not_lead_around_the_guard(web: Web, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", web.url)
    journey = follow_link("http://10.0.0.1/", device="iphone", utm=UTM, now=NOW)
    assert codes(journey) == ["private-address"]
    assert web.requests == []


def resolving_to(*addresses: str):
    def resolve(host, port, *_, **__):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 0))
            for address in addresses
        ]

    return resolve
