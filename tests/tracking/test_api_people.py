"""A person and their timeline over REST."""

import pytest

from tests.tracking.builders import (
    NOW,
    api_client,
    make_goal,
    make_identity,
    make_touch,
    make_user,
)
from tracking.identity import join, refresh_origins
from tracking.models import Event, Identity
from tracking.timelines import register_credit, timeline_of

pytestmark = pytest.mark.django_db


def url(identity: Identity, suffix: str = "") -> str:
    return f"/api/v1/people/{identity.person_id}{suffix}"


def test_a_person_names_the_originating_campaign_in_fields_of_its_own() -> None:
    ana = make_identity(value="ana@example.com")
    make_touch(identity=ana, utm_source="sms", utm_campaign="demo-invite-q2")
    refresh_origins([ana.person_id])
    answer = api_client("read").get(url(ana)).json()
    assert answer["original_channel"] == "sms"
    assert answer["original_utm_campaign"] == "demo-invite-q2"


def test_personal_data_is_masked_for_a_key_whose_maker_may_not_see_it() -> None:
    ana = make_identity(value="ana@example.com")
    answer = api_client("read", user=make_user()).get(url(ana)).json()
    assert answer["identities"][0]["value"] == "a•••@example.com"


def test_personal_data_is_shown_to_whoever_may_see_it() -> None:
    ana = make_identity(value="ana@example.com")
    user = make_user("campaigns.view_personal_data")
    answer = api_client("read", user=user).get(url(ana)).json()
    assert answer["identities"][0]["value"] == "ana@example.com"


def test_a_person_that_was_joined_answers_as_the_other() -> None:
    ana, browser = make_identity(value="ana@example.com"), make_identity("visitor", "v-1")
    absorbed = url(browser)
    join(a=ana, b=browser, kind="event", evidence="", now=NOW)
    answer = api_client("read").get(absorbed).json()
    assert answer["id"] == str(ana.person_id)
    assert len(answer["identities"]) == 2


def test_an_unknown_person_is_404() -> None:
    answer = api_client("read").get("/api/v1/people/01890000-0000-7000-8000-000000000000")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not-found")


def test_a_key_without_read_is_403() -> None:
    assert api_client("events").get(url(make_identity())).status_code == 403


def test_the_journey_lists_touches_and_events_in_their_order() -> None:
    ana = make_identity()
    make_touch(identity=ana, days_ago=2, utm_campaign="demo-invite-q2")
    Event.objects.create(
        origin="k",
        event_id="1",
        name="demo-booked",
        goal=make_goal("demo-booked", name="Demo booked"),
        occurred_at=NOW,
        received_at=NOW,
        identity=ana,
    )
    timeline = api_client("read").get(url(ana, "/journey")).json()["timeline"]
    assert [(item["kind"], item["title"]) for item in timeline] == [
        ("touch", "Visit"),
        ("event", "Demo booked"),
    ]
    assert timeline[0]["channel"] == "sms"
    assert timeline[0]["utm"] == {"utm_campaign": "demo-invite-q2"}
    assert timeline[1]["goal"] == "demo-booked"


def test_a_touch_that_earns_of_no_outcome_says_why() -> None:
    ana = make_identity()
    make_touch(identity=ana, exclusion="machine")
    (touch,) = api_client("read").get(url(ana, "/journey")).json()["timeline"]
    assert touch["exclusion"] == "Machine"


def test_the_app_that_divides_credit_adds_it_to_touches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.timelines._credits", [])
    ana = make_identity()
    make_touch(identity=ana)
    register_credit(lambda ids: {touch_id: {"linear": {"lead": "1"}} for touch_id in ids})
    assert timeline_of(ana.person)[0].credit == {"linear": {"lead": "1"}}
