"""Whatever is wrong is said clearly at its own door, and the rest goes on."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from campaigns.models import Send
from crm_sync.models import Deal
from tests.campaigns.builders import a_campaign
from tests.crm_sync.builders import SALES_PIPELINE_MAPPING
from tests.journeys.installation import an_installation, eventually, go_live
from tests.links.web import PAGE, serve
from tests.tracking.builders import api_client
from tracking.models import Click, Event

pytestmark = pytest.mark.django_db
HEADER = "opportunity_id,account,deal_stage,engage_date,close_date,close_value,sales_agent\n"


@pytest.fixture
def client() -> APIClient:
    return api_client("read", "write", "events")


def error_of(answer: Any, *, status: int) -> dict[str, Any]:
    """Return an answer's error after checking that it has the one shape."""
    assert answer.status_code == status, answer.content
    (name, error), *others = answer.json().items()
    assert (name, others) == ("error", [])
    assert set(error) <= {"code", "message", "fields", "request_id"}
    assert error["code"]
    assert error["message"]
    assert error["request_id"]
    found: dict[str, Any] = error
    return found


def test_wrong_utm_values_are_named_with_rule_and_suggestion_and_a_right_send_is_saved(
    client: APIClient,
) -> None:
    body = {
        "campaign": str(a_campaign().pk),
        "channel": "sms",
        "name": "Trial re-engagement, June",
        "destination_url": "https://example.com/trial",
        "utm_source": "SMS",
        "utm_campaign": "Trial June",
    }

    error = error_of(client.post("/api/v1/sends", body, format="json"), status=400)

    (source,) = error["fields"]["utm_source"]
    assert source["code"] == "approved-values"
    assert "“SMS”" in source["message"]
    assert source["suggestion"] == "sms"
    campaign = error["fields"]["utm_campaign"][-1]
    assert "“Trial June”" in campaign["message"]
    assert campaign["suggestion"] == "trial-june"
    assert not Send.objects.exists()

    mended = {name: error["fields"][name][-1]["suggestion"] for name in error["fields"]}
    assert client.post("/api/v1/sends", body | mended, format="json").status_code == 201


def test_a_broken_row_of_a_file_is_named_by_its_line_and_the_others_are_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], client: APIClient
) -> None:
    (tmp_path / "map.json").write_text(json.dumps(SALES_PIPELINE_MAPPING))
    (tmp_path / "deals.csv").write_text(
        HEADER
        + "A1,Acme,Won,10/20/2016,3/1/2017,1054,Moses Frase\n"
        + "A2,Acme,Won,20/10/2016,3/1/2017,1000,Moses Frase\n"
        + "A3,Acme,Lost,10/21/2016,3/2/2017,0,Moses Frase\n"
    )

    with pytest.raises(SystemExit) as ended:
        call_command(
            "import_deals", str(tmp_path / "deals.csv"), "--mapping", str(tmp_path / "map.json")
        )

    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert "3 rows read, 2 created, 0 updated, 0 unchanged, 1 refused." in told
    assert "line 3: " in told
    assert "“20/10/2016”" in told
    assert set(Deal.objects.values_list("external_id", flat=True)) == {"A1", "A3"}
    (problem,) = client.get("/api/v1/sync-problems?severity=error&is_open=true").json()["results"]
    assert (problem["row_number"], problem["external_id"]) == (3, "A2")


def test_a_malformed_event_is_refused_field_by_field_and_its_neighbours_are_taken(
    client: APIClient,
) -> None:
    good = {"name": "demo-booked", "occurred_at": "2026-06-15T12:00:00Z"}
    batch = [
        {**good, "event_id": "e-1", "email": "ana@example.com"},
        {"event_id": "e-2", "name": "Demo Booked!", "occurred_at": "yesterday", "email": "ana"},
        "no event at all",
        {**good, "event_id": "e-4"},
    ]

    answer = client.post("/api/v1/events", {"events": batch}, format="json")

    assert answer.status_code == 200
    body = answer.json()
    assert (body["accepted"], body["duplicate"], body["rejected"]) == (2, 0, 2)
    assert [one["status"] for one in body["results"]] == [
        "accepted", "rejected", "rejected", "accepted",
    ]  # fmt: skip
    errors = {error["field"]: error for error in body["results"][1]["errors"]}
    assert errors.keys() == {"name", "occurred_at", "email"}
    assert "“yesterday” is no time" in errors["occurred_at"]["message"]
    assert set(Event.objects.values_list("event_id", flat=True)) == {"e-1", "e-4"}


def test_a_body_that_is_no_json_has_the_one_shape_too(client: APIClient) -> None:
    answer = client.post("/api/v1/events", "{", content_type="application/json")

    assert error_of(answer, status=400)["code"] == "parse-error"


@pytest.mark.parametrize("key", ["tr_wrong", "", "tr_" + "x" * 60])
def test_a_wrong_api_key_is_401_and_says_how_to_send_one(key: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")

    answer = client.get("/api/v1/sends")

    error = error_of(answer, status=401)
    assert error["code"] == "api-key-unknown"
    assert "Authorization: Bearer" in error["message"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_key_without_the_scope_is_403() -> None:
    answer = api_client("events").post("/api/v1/campaigns", {"name": "X"}, format="json")

    assert error_of(answer, status=403)["code"] == "scope-missing"


def test_an_unknown_address_of_the_api_has_the_one_shape(client: APIClient) -> None:
    assert error_of(client.get("/api/v1/nothing"), status=404)["code"] == "not-found"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_unknown_code_is_a_plain_404_recorded_as_an_orphan_and_known_ones_still_lead_on(
    tmp_path: Path,
) -> None:
    with (
        serve({"/trial": PAGE}) as website,
        an_installation(tmp_path, LINK_CHECK_ALLOWED_PRIVATE_HOSTS=website.host) as textrail,
    ):
        link = go_live(
            textrail.api, utm_campaign="demo-invite-q2", landing_page=f"{website.url}/trial"
        )
        unknown = textrail.tap(f"{textrail.url}/zzzzzzz")
        odd = textrail.tap(f"{textrail.url}/%ff%00/../../etc/passwd")
        known = textrail.tap(link.short_url)
        textrail.start_reader()
        eventually(lambda: Click.objects.filter(link=link, answer="redirected").exists())

    assert (unknown.status_code, odd.status_code, known.status_code) == (404, 404, 302)
    assert unknown.headers["Content-Type"].startswith("text/")
    orphan = Click.objects.get(path="/zzzzzzz")
    assert (orphan.answer, orphan.link) == ("unknown_code", None)
