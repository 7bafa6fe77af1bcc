"""Beacons from the snippet: taken from a source's own pages, refused from others."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from campaigns.public_ids import encode_id, new_id
from tests.tracking.builders import make_source
from tracking.beacons import MAX_BYTES, MAX_EVENTS, is_own_host
from tracking.models import Event, Identity, Source, Touchpoint

pytestmark = pytest.mark.django_db
URL = "/api/v1/collect"
OWN = "https://www.example.com"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


def event(**fields: Any) -> dict[str, Any]:
    return {"event_id": new_id().hex, "name": "visit", "visitor_id": "v-1", **fields}


def post(body: Any, *, origin: str = OWN, agent: str = CHROME) -> HttpResponse:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"User-Agent": agent} | ({"Origin": origin} if origin else {})
    return Client().post(URL, text, content_type="text/plain", headers=headers)  # type: ignore[return-value]


def beacon(source: Source, *events: dict[str, Any]) -> dict[str, Any]:
    return {"key": source.write_key, "events": list(events)}


def test_a_plain_text_beacon_makes_a_touch_and_answers_nothing() -> None:
    answer = post(beacon(make_source(), event(utm={"utm_source": "sms"})))
    assert (answer.status_code, answer.content) == (204, b"")
    assert Touchpoint.objects.get().channel.slug == "sms"


def test_pages_of_the_source_may_read_the_answer() -> None:
    answer = post(beacon(make_source(), event()))
    assert answer["Access-Control-Allow-Origin"] == OWN


def test_pages_of_other_sites_are_refused_and_may_not_read_why() -> None:
    answer = post(beacon(make_source(), event()), origin="https://evil.example")
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer
    assert not Event.objects.exists()


def test_a_beacon_without_an_origin_is_taken() -> None:
    assert post(beacon(make_source(), event()), origin="").status_code == 204


def test_a_wrong_write_key_is_401() -> None:
    answer = post({"key": "wk_wrong", "events": [event()]})
    assert answer.status_code == 401
    error = json.loads(answer.content)["error"]
    assert error["code"] == "write-key-unknown"
    assert error["request_id"]


def test_a_source_that_is_switched_off_is_401() -> None:
    assert post(beacon(make_source(is_active=False), event())).status_code == 401


@pytest.mark.parametrize("body", ["", "{", "[]", "7", {"key": 7, "events": [{}]}, {"key": "x"}])
def test_a_malformed_beacon_is_400(body: Any) -> None:
    assert post(body).status_code == 400


def test_a_malformed_event_is_400_with_its_fields_and_the_others_are_kept() -> None:
    answer = post(beacon(make_source(), event(name="No Name"), event()))
    assert answer.status_code == 400
    assert list(json.loads(answer.content)["error"]["fields"]) == ["name"]
    assert Event.objects.count() == 1


def test_too_many_events_are_refused() -> None:
    events = [event() for _ in range(MAX_EVENTS + 1)]
    assert post(beacon(make_source(), *events)).status_code == 400


def test_too_large_a_beacon_is_413() -> None:
    assert post(" " * (MAX_BYTES + 1)).status_code == 413


def test_money_and_crm_ids_of_a_browser_are_not_believed() -> None:
    post(beacon(make_source(), event(name="demo-booked", value="1000", crm_id="acme:1")))
    assert Event.objects.get().value_minor is None
    assert not Identity.objects.filter(kind="crm").exists()


def test_a_mangled_click_id_does_not_cost_the_event() -> None:
    assert post(beacon(make_source(), event(tr="mangled"))).status_code == 204
    assert Event.objects.get().click_id is None


def test_a_click_id_is_kept() -> None:
    click_id = new_id()
    post(beacon(make_source(), event(tr=encode_id(click_id))))
    assert Event.objects.get().click_id == click_id


def test_a_crawler_that_runs_scripts_is_not_counted() -> None:
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    assert post(beacon(make_source(), event()), agent=agent).status_code == 204
    assert not Event.objects.exists()


def test_a_preflight_is_answered_for_hosts_of_sources_only() -> None:
    make_source()
    own = Client().options(URL, headers={"Origin": OWN})
    other = Client().options(URL, headers={"Origin": "https://evil.example"})
    assert own["Access-Control-Allow-Origin"] == OWN
    assert "Access-Control-Allow-Origin" not in other


@pytest.mark.parametrize(
    ("origin", "hosts", "is_own"),
    [
        ("https://www.example.com", ["www.example.com"], True),
        ("https://WWW.example.com:8443", ["www.example.com"], True),
        ("https://www.example.com:8443", ["www.example.com:9000"], False),
        ("https://example.com.evil.example", ["example.com"], False),
        ("https://sub.example.com", ["example.com"], False),
        ("null", ["www.example.com"], False),
        ("http://[broken", ["www.example.com"], False),
        ("file://www.example.com", ["www.example.com"], False),
    ],
)
def test_own_hosts(origin: str, hosts: list[str], is_own: bool) -> None:
    assert is_own_host(origin, hosts) is is_own
