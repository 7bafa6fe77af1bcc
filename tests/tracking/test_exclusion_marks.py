"""New touches are marked as they are written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tracking.builders import NOW, make_identity, make_touch
from tracking.exclusion_marks import mark_touches, remark_touches
from tracking.models import Touchpoint, TrafficExclusion
from tracking.services import record_events

pytestmark = pytest.mark.django_db


def exclude_ann() -> None:
    TrafficExclusion.objects.create(kind="email", value="ann@acme.com", created_at=NOW)


def test_a_visit_of_staff_is_marked_when_it_comes_in() -> None:
    exclude_ann()

    record_events(
        origin="test",
        events=[
            {
                "event_id": "1",
                "name": "visit",
                "email": "ann@acme.com",
                "utm": {"utm_source": "google"},
                "occurred_at": NOW.isoformat(),
            }
        ],
        now=NOW,
    )

    assert Touchpoint.objects.get().exclusion == "staff"


def test_whose_touches_change_is_told_and_nobody_else() -> None:
    exclude_ann()
    ann, ben = make_identity("email", "ann@acme.com"), make_identity()
    make_touch(identity=ann)
    make_touch(identity=ben)

    people = {ann.person_id, ben.person_id}
    assert mark_touches(people) == {ann.person_id}
    assert mark_touches(people) == set()


def test_an_empty_list_costs_two_queries_at_any_number_of_people() -> None:
    people = {make_identity().person_id for _ in range(20)}
    with CaptureQueriesContext(connection) as captured:
        assert mark_touches(people) == set()
    assert len(captured) == 2


def test_no_people_cost_nothing() -> None:
    with CaptureQueriesContext(connection) as captured:
        mark_touches([])
    assert len(captured) == 0


def test_marks_of_an_emptied_list_are_taken_off() -> None:
    ann = make_identity("email", "ann@acme.com")
    touch = make_touch(identity=ann, exclusion="staff")

    assert remark_touches([ann.person_id]) == {ann.person_id}
    touch.refresh_from_db()
    assert touch.exclusion == ""
