"""A person's exposures, touches and events in one order."""

from datetime import timedelta

import pytest

from campaigns.public_ids import new_id
from links.models import Domain, Link, RecipientLink
from tests.tracking.builders import NOW, make_identity, make_send, make_touch
from tracking.identity import person_of
from tracking.timelines import timeline_of

pytestmark = pytest.mark.django_db


def make_recipient(**send_fields: object) -> RecipientLink:
    domain = Domain.objects.create(host="go.example.com")
    link = Link.objects.create(
        domain=domain,
        code="abcdefg",
        destination_url="https://x.io",
        send=make_send(**send_fields),  # type: ignore[arg-type]
    )
    return RecipientLink.objects.create(link=link, suffix="aaaaaa", phone_hash="h")


def test_a_received_send_stands_before_its_tap() -> None:
    opened = make_recipient(live_at=NOW - timedelta(hours=1))
    identity = make_identity("recipient", str(opened.pk))
    make_touch(kind="tap", identity=identity, link=opened.link, send=opened.link.send)
    assert [item.title for item in timeline_of(person_of(identity))] == [
        "Received “Send trial-reengagement-june”",
        "Tap of go.example.com/abcdefg",
    ]


def test_a_send_that_never_went_out_was_not_received() -> None:
    identity = make_identity("recipient", str(make_recipient().pk))
    assert timeline_of(person_of(identity)) == []


def test_a_recipient_that_was_removed_is_left_out() -> None:
    assert timeline_of(person_of(make_identity("recipient", str(new_id())))) == []


def test_a_touch_that_earns_nothing_is_marked() -> None:
    identity = make_identity()
    make_touch(identity=identity, exclusion="staff")
    assert timeline_of(person_of(identity))[0].exclusion == "Own staff"
