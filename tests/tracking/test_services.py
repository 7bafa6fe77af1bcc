"""Recording events: once each, with their touches, goals and people."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.public_ids import encode_id, new_id
from links.models import Domain, Link, RecipientLink
from tests.tracking.builders import NOW, make_goal, make_identity, make_send, make_touch
from tracking.identity import join, person_of
from tracking.models import Click, Event, Identity, PendingChange, Person, Touchpoint
from tracking.services import (
    EventsResult,
    confirm_waiting_taps,
    predict_channels,
    record_events,
)

pytestmark = pytest.mark.django_db


def event(event_id: str = "e-1", name: str = "visit", **fields: Any) -> dict[str, Any]:
    moment = fields.pop("at", NOW - timedelta(minutes=5))
    return {"event_id": event_id, "name": name, "occurred_at": moment.isoformat(), **fields}


def record(*events: Any, origin: str = "key-1") -> EventsResult:
    return record_events(origin=origin, events=events, now=NOW)


def statuses(result: EventsResult) -> list[str]:
    return [one.status for one in result.results]


def make_link(**fields: Any) -> Link:
    domain, _ = Domain.objects.get_or_create(host="go.example.com")
    return Link.objects.create(
        domain=domain,
        code=new_id().hex[:7],
        destination_url="https://www.example.com/trial",
        **fields,
    )


def make_tap(*, link: Link | None = None, identity: Identity | None = None, **fields: Any) -> Click:
    """Make a tap as the consumer writes it, with its touch."""
    link = link or make_link(send=make_send())
    click = make_click(link=link, **fields)
    make_touch(
        kind="tap",
        click=click,
        link=link,
        send=link.send,
        identity=identity,
        occurred_at=click.occurred_at,
        evidence_grade=1,
    )
    return click


def make_click(*, link: Link, grade: str = "likely", **fields: Any) -> Click:
    return Click.objects.create(
        **{
            "id": new_id(),
            "occurred_at": NOW - timedelta(minutes=6),
            "link": link,
            "host": "go.example.com",
            "path": f"/{link.code}",
            "method": "GET",
            "grade": grade,
            "reason": "browser",
            **fields,
        }
    )


# Results and idempotency


def test_an_event_is_accepted_and_kept() -> None:
    result = record(event(name="demo-booked", email="ana@example.com", properties={"plan": "pro"}))
    row = Event.objects.get()
    assert statuses(result) == ["accepted"]
    assert (row.name, row.properties, row.received_at) == ("demo-booked", {"plan": "pro"}, NOW)


def test_the_same_event_told_again_is_a_duplicate_with_no_effect() -> None:
    one = event(visitor_id="v-1", referrer="https://www.google.com/")
    record(one)
    PendingChange.objects.all().delete()
    assert statuses(record(one)) == ["duplicate"]
    assert (Event.objects.count(), Touchpoint.objects.count()) == (1, 1)
    assert not PendingChange.objects.exists()


def test_the_same_event_twice_in_one_request_is_accepted_once() -> None:
    assert statuses(record(event(), event())) == ["accepted", "duplicate"]


def test_another_sender_may_use_the_same_event_id() -> None:
    record(event(), origin="key-1")
    assert statuses(record(event(), origin="key-2")) == ["accepted"]


def test_one_bad_event_never_loses_the_others() -> None:
    result = record(event("e-1"), {"event_id": "e-2"}, "nonsense", event("e-3"))
    assert statuses(result) == ["accepted", "rejected", "rejected", "accepted"]
    assert result.count("rejected") == 2
    assert [error.field for error in result.results[1].errors] == ["name", "occurred_at"]
    assert set(Event.objects.values_list("event_id", flat=True)) == {"e-1", "e-3"}


def test_a_large_batch_costs_few_queries() -> None:
    def batch(start: int, size: int) -> list[dict[str, Any]]:
        return [
            event(
                f"e-{n}",
                visitor_id=f"v-{n}",
                email=f"person-{n}@example.com",
                utm={"utm_source": "google", "utm_medium": "cpc"},
            )
            for n in range(start, start + size)
        ]

    with CaptureQueriesContext(
        connection,
    ) as few:
        record(*batch(0, 5))
    with CaptureQueriesContext(connection) as many:
        record(*batch(100, 200))
    assert len(many) <= len(few) + 5  # long updates are sent in several parts


# Goals


def test_an_event_named_like_a_goal_is_a_lead() -> None:
    record(event(name="demo-booked", email="ana@example.com"))
    row = Event.objects.get()
    assert row.goal is not None
    assert row.identity is not None
    notes = PendingChange.objects.filter(cause="new_outcome")
    assert [note.subject_id for note in notes] == [row.identity.person_id]


def test_an_event_of_an_inactive_goal_is_no_lead() -> None:
    make_goal("demo-booked", is_active=False)
    record(event(name="demo-booked", email="ana@example.com"))
    assert Event.objects.get().goal is None


def test_a_goals_own_worth_counts_where_the_event_brings_none() -> None:
    make_goal("demo-booked", value_minor=5000)
    record(event(name="demo-booked"), event("e-2", name="demo-booked", value="7.50"))
    values = Event.objects.order_by("event_id").values_list("value_minor", "currency")
    assert list(values) == [(5000, "USD"), (750, "USD")]


# People


def test_a_form_post_joins_the_browser_and_the_address() -> None:
    record(event(name="form-submitted", visitor_id="v-1", email="ana@example.com"))
    browser = Identity.objects.get(kind="visitor")
    assert person_of(browser) == person_of(Identity.objects.get(kind="email"))


def test_a_server_side_event_joins_all_names_it_brings() -> None:
    record(event(name="trial-started", crm_id="a:1", email="ana@x.io", phone="+14155550123"))
    assert Person.objects.present().count() == 1


def test_a_role_mailbox_is_written_to_the_browser_and_joins_nobody() -> None:
    record(event(name="form-submitted", visitor_id="v-1", email="info@example.com"))
    row = Event.objects.get()
    assert row.identity is not None
    assert row.identity.kind == "visitor"
    assert Person.objects.present().count() == 2


def test_an_event_without_any_identity_is_kept() -> None:
    record(event(name="demo-booked"))
    assert Event.objects.get().identity is None


# Visits


def test_a_visit_with_tags_makes_a_touch() -> None:
    record(event(visitor_id="v-1", utm={"utm_source": "google", "utm_medium": "cpc"}))
    touch = Touchpoint.objects.get()
    assert (touch.kind, touch.channel.slug, touch.utm_source) == ("visit", "paid-search", "google")
    assert touch.identity == Identity.objects.get(kind="visitor")
    assert Event.objects.get().touchpoint == touch


@pytest.mark.parametrize(
    ("fields", "channel"),
    [
        ({"referrer": "https://www.bing.com/"}, "organic-search"),
        ({"referrer": ""}, "direct"),
        ({"click_ids": {"gclid": "x"}}, "paid-search"),
        ({"utm": {"utm_source": "twilio", "utm_medium": "text"}}, "sms"),
    ],
)
def test_the_channel_of_a_visit(fields: dict[str, Any], channel: str) -> None:
    record(event(visitor_id="v-1", **fields))
    assert Touchpoint.objects.get().channel.slug == channel


def test_a_visit_that_says_nothing_of_its_origin_makes_no_touch() -> None:
    record(event(visitor_id="v-1"))
    assert not Touchpoint.objects.exists()


def test_another_event_with_tags_makes_no_touch() -> None:
    record(event(name="demo-booked", utm={"utm_source": "google", "utm_medium": "cpc"}))
    assert not Touchpoint.objects.exists()


def test_a_reload_within_half_an_hour_is_the_same_touch() -> None:
    utm = {"utm_source": "news", "utm_medium": "email"}
    record(event("e-1", visitor_id="v-1", utm=utm))
    record(event("e-2", visitor_id="v-1", utm=utm, at=NOW))
    assert Touchpoint.objects.count() == 1
    assert Event.objects.filter(touchpoint=Touchpoint.objects.get()).count() == 2


def test_a_return_after_half_an_hour_is_another_touch() -> None:
    utm = {"utm_source": "news", "utm_medium": "email"}
    record(event("e-1", visitor_id="v-1", utm=utm, at=NOW - timedelta(minutes=31)))
    record(event("e-2", visitor_id="v-1", utm=utm, at=NOW))
    assert Touchpoint.objects.count() == 2


def test_a_visit_that_repeats_a_sends_tags_belongs_to_the_send() -> None:
    send = make_send(utm_campaign="demo-invite-q2")
    utm = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "Demo-Invite-Q2"}
    record(event(visitor_id="v-1", utm=utm))
    touch = Touchpoint.objects.get()
    assert (touch.send, touch.campaign) == (send, send.campaign)


def test_a_visit_with_another_source_does_not_belong_to_the_send() -> None:
    make_send(utm_campaign="demo-invite-q2")
    utm = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "demo-invite-q2"}
    record(event(visitor_id="v-1", utm=utm))
    assert Touchpoint.objects.get().send is None


def test_a_visit_sets_the_persons_origin() -> None:
    utm = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "demo-invite-q2"}
    record(
        event("e-1", visitor_id="v-1", utm=utm),
        event("e-2", "form-submitted", visitor_id="v-1", email="ana@example.com"),
    )
    person = person_of(Identity.objects.get(kind="email"))
    assert person.original_utm_campaign == "demo-invite-q2"
    assert person.original_channel is not None
    assert person.original_channel.slug == "sms"


# Visits that carry a click id


def test_a_visit_with_a_known_tap_confirms_its_touch_and_makes_none() -> None:
    click = make_tap()
    record(event(visitor_id="v-1", tr=encode_id(click.pk), utm={"utm_source": "sms"}))
    touch = Touchpoint.objects.get()
    click.refresh_from_db()
    assert (touch.evidence_grade, click.grade) == (0, "confirmed")
    assert touch.identity is not None
    assert person_of(touch.identity) == person_of(Identity.objects.get(kind="visitor"))
    assert Event.objects.get().touchpoint == touch


def test_an_event_is_counted_for_the_send_whose_tap_it_carries() -> None:
    click = make_tap()
    record(event(name="demo-booked", email="ana@example.com", tr=encode_id(click.pk)))
    assert click.link is not None
    assert Event.objects.get().send == click.link.send


def test_a_lead_with_a_click_id_has_the_taps_touch_in_its_journey() -> None:
    click = make_tap()
    record(event(name="demo-booked", email="ana@example.com", tr=encode_id(click.pk)))
    person = person_of(Identity.objects.get(kind="email"))
    assert Touchpoint.objects.get(identity__person=person).click == click


def test_a_recipients_tap_joins_the_browser_to_the_recipient() -> None:
    recipient = make_identity("recipient", str(new_id()))
    click = make_tap(identity=recipient)
    record(event(visitor_id="v-1", tr=encode_id(click.pk)))
    assert person_of(Identity.objects.get(kind="visitor")) == person_of(recipient)


def test_a_recipients_link_opened_by_a_known_strangers_browser_joins_nobody() -> None:
    record(event("e-0", "form-submitted", visitor_id="v-bob", email="bob@example.com"))
    recipient = make_identity("recipient", str(new_id()))
    click = make_tap(identity=recipient)
    record(event(visitor_id="v-bob", email="bob@example.com", tr=encode_id(click.pk)))
    bob = Identity.objects.get(kind="email")
    assert person_of(bob) != person_of(recipient)
    assert Touchpoint.objects.get().identity == recipient


def test_a_visit_ahead_of_its_tap_waits_for_it() -> None:
    tr = encode_id(new_id())
    record(event(visitor_id="v-1", tr=tr, utm={"utm_source": "sms"}))
    assert not Touchpoint.objects.exists()
    assert Identity.objects.filter(kind="click", value=tr).exists()


def test_a_tap_read_at_the_same_moment_as_its_event_is_confirmed_afterwards() -> None:
    click_id = new_id()
    record(event(name="demo-booked", email="ana@example.com", tr=encode_id(click_id)))
    make_tap(id=click_id)
    PendingChange.objects.all().delete()
    assert confirm_waiting_taps(now=NOW) == 1
    touch = Touchpoint.objects.get()
    assert touch.identity is not None
    assert person_of(touch.identity) == person_of(Identity.objects.get(kind="email"))
    assert Event.objects.get().touchpoint == touch
    assert PendingChange.objects.filter(cause="late_touch").exists()
    assert confirm_waiting_taps(now=NOW) == 0


def test_a_recipients_second_tap_confirms_the_touch_of_the_first() -> None:
    link = make_link(send=make_send())
    recipient = RecipientLink.objects.create(
        link=link, suffix="aaaaaa", phone="+14155550123", phone_hash="h"
    )
    make_tap(link=link, recipient=recipient)
    second = make_click(
        link=link, recipient=recipient, occurred_at=NOW - timedelta(minutes=6, seconds=-5)
    )
    record(event(visitor_id="v-1", tr=encode_id(second.pk)))
    assert Touchpoint.objects.get().evidence_grade == 0


def test_a_prefetched_tap_that_a_person_then_opened_is_a_touch_of_its_send() -> None:
    send = make_send()
    click = make_click(link=make_link(send=send), grade="machine", reason="prefetch")
    record(event(visitor_id="v-1", tr=encode_id(click.pk), utm={"utm_source": "sms"}))
    touch = Touchpoint.objects.get()
    assert (touch.send, touch.channel.slug, touch.channel_rule) == (send, "sms", None)


# Channels


def test_a_link_of_the_convention_is_sms_everywhere() -> None:
    utm = {
        "utm_source": "sms",
        "utm_medium": "text",
        "utm_campaign": "trial-reengagement-june",
    }
    assert predict_channels(utm) == {"textrail": "sms", "ga4": "SMS", "posthog": "SMS"}


def test_a_campaign_that_speaks_of_shops_is_not_sms_in_ga4() -> None:
    utm = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "shop-owners-june"}
    assert predict_channels(utm)["ga4"] == "Organic Shopping"


def test_late_joins_are_noted_for_settling() -> None:
    record(event(visitor_id="v-1", utm={"utm_source": "sms"}))
    PendingChange.objects.all().delete()
    a, b = Identity.objects.get(kind="visitor"), make_identity()
    join(a=a, b=b, kind="crm_contact", evidence="", now=NOW)
    assert PendingChange.objects.filter(cause="identity").count() == 2


def test_an_event_of_the_sms_platform_belongs_to_the_send_its_tags_name() -> None:
    send = make_send()
    tags = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "Trial-Reengagement-June"}
    record(event("e-1", "sms-delivered", phone="+12025550123", utm=tags))
    record(event("e-2", "sms-delivered", phone="+12025550124", utm=tags | {"utm_source": "ad"}))
    assert list(Event.objects.order_by("event_id").values_list("send", flat=True)) == [
        send.pk,
        None,
    ]
