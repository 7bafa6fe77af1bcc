"""Own staff and test traffic: whom an entry concerns, what it marks, what it refuses."""

from datetime import timedelta

import pytest
from django.conf import settings

from tests.attribution.builders import a_deal, a_tap, earned, settle
from tests.tracking.builders import NOW, make_identity, make_touch
from tracking.exclusions import (
    InvalidExclusionError,
    normalised,
    preview,
    remove_exclusion,
    save_exclusion,
)
from tracking.identity import JoinRequest, join_all, revoke
from tracking.models import (
    Click,
    Identity,
    IdentityEdge,
    PendingChange,
    Touchpoint,
    TrafficExclusion,
)
from tracking.visitors import Visitors

pytestmark = pytest.mark.django_db


def exclude(kind: str, value: str, **fields: object) -> TrafficExclusion:
    exclusion = TrafficExclusion(kind=kind, value=normalised(kind, value), **fields)
    save_exclusion(exclusion=exclusion, now=NOW)
    return exclusion


def mark_of(touch: Touchpoint) -> str:
    touch.refresh_from_db()
    return touch.exclusion


def join(a: Identity, b: Identity) -> IdentityEdge:
    join_all([JoinRequest(a, b, IdentityEdge.Kind.FORM_POST, "test")], now=NOW)
    return IdentityEdge.objects.live().get()


@pytest.mark.parametrize(
    ("kind", "known_by", "written"),
    [
        ("email", "ann@acme.com", " Ann@ACME.com "),
        ("email_domain", "ann@acme.com", "@Acme.com"),
        ("phone", "+4915112345678", "+49 151 12345678"),
        ("visitor", "v-1234", "v-1234"),
    ],
)
def test_a_person_is_known_by_any_of_these(kind: str, known_by: str, written: str) -> None:
    theirs = make_touch(identity=make_identity(kind.removesuffix("_domain"), known_by))
    other = make_touch(identity=make_identity("email", "ben@notacme.com"))

    exclude(kind, written)

    assert (mark_of(theirs), mark_of(other)) == ("staff", "")


def test_all_touches_of_the_person_are_marked_and_noted_once() -> None:
    ann, browser = make_identity("email", "ann@acme.com"), make_identity("visitor", "v-1")
    touches = [make_touch(identity=one) for one in (ann, browser)]
    join(ann, browser)
    PendingChange.objects.all().delete()

    exclude("email", "ann@acme.com", reason="test")

    assert [mark_of(touch) for touch in touches] == ["test", "test"]
    assert [note.cause for note in PendingChange.objects.all()] == ["exclusion"]


def test_an_address_marks_single_taps_only() -> None:
    ann = make_identity()
    hashed = Visitors(hash_key=settings.HASH_KEY).hash("203.0.113.7")
    click = Click.objects.create(
        occurred_at=NOW, host="go.example", path="/x", method="GET",
        address_hash=hashed, grade="likely", reason="test",
    )  # fmt: skip
    from_there = make_touch(identity=ann, click=click)
    elsewhere = make_touch(identity=ann, days_ago=1)

    exclusion = exclude("address", "203.0.113.7")

    assert (mark_of(from_there), mark_of(elsewhere)) == ("staff", "")
    assert exclusion.value == hashed
    assert "203.0.113.7" not in str(exclusion)


def test_only_touches_of_its_days_are_marked_the_end_left_out() -> None:
    ann = make_identity("email", "ann@acme.com")
    touches = [make_touch(identity=ann, days_ago=days) for days in (3, 2, 1)]

    exclude(
        "email",
        "ann@acme.com",
        starts_at=NOW - timedelta(days=2),
        ends_at=NOW - timedelta(days=1),
    )

    assert [mark_of(touch) for touch in touches] == ["", "staff", ""]


def test_changing_its_days_marks_anew() -> None:
    touch = make_touch(identity=make_identity("email", "ann@acme.com"), days_ago=3)
    exclusion = exclude("email", "ann@acme.com")

    exclusion.starts_at = NOW
    save_exclusion(exclusion=exclusion, now=NOW)

    assert mark_of(touch) == ""


def test_taking_it_away_lets_the_touches_count_again() -> None:
    touch = make_touch(identity=make_identity("email", "ann@acme.com"))
    exclusion = exclude("email", "ann@acme.com")

    assert remove_exclusion(exclusion=exclusion, now=NOW) == 1
    assert mark_of(touch) == ""


def test_while_another_entry_fits_the_touch_stays_marked() -> None:
    touch = make_touch(identity=make_identity("email", "ann@acme.com"))
    exclude("email_domain", "acme.com", reason="test")
    exclusion = exclude("email", "ann@acme.com")
    assert mark_of(touch) == "staff"

    remove_exclusion(exclusion=exclusion, now=NOW)

    assert mark_of(touch) == "test"


def test_what_a_machine_made_stays_a_machines() -> None:
    touch = make_touch(identity=make_identity("email", "ann@acme.com"), exclusion="machine")

    exclude("email", "ann@acme.com")

    assert mark_of(touch) == "machine"


def test_somebody_joined_to_staff_is_staff_and_parted_is_not() -> None:
    ann, browser = make_identity("email", "ann@acme.com"), make_identity("visitor", "v-1")
    touch = make_touch(identity=browser)
    exclude("email", "ann@acme.com")

    edge = join(ann, browser)
    assert mark_of(touch) == "staff"

    revoke(edge=edge, reason="test", now=NOW)
    assert mark_of(touch) == ""


def test_credit_leaves_and_comes_back_with_the_cause_exclusion() -> None:
    ann, ben = make_identity("email", "ann@acme.com"), make_identity()
    hers, his = a_tap(ann, days=10), a_tap(ben, days=9)
    a_deal(amount_minor=100_00, won=1, people=(ann, ben))
    settle()

    exclusion = exclude("email", "ann@acme.com")
    settle()
    assert (earned(hers), earned(his)) == (0, 100_00)

    remove_exclusion(exclusion=exclusion, now=NOW)
    settle()
    assert (earned(hers), earned(his)) == (50_00, 50_00)


def test_nobody_else_is_looked_at() -> None:
    ann, ben = make_identity("email", "ann@acme.com"), make_identity()
    make_touch(identity=ann)
    make_touch(identity=ben)

    exclude("email", "ann@acme.com")

    assert list(PendingChange.objects.values_list("subject_id", flat=True)) == [ann.person_id]


def test_a_preview_counts_and_stores_nothing() -> None:
    ann = make_identity("email", "ann@acme.com")
    a_tap(ann, days=10)
    a_deal(amount_minor=100_00, won=1, people=(ann,))
    settle()

    found = preview(TrafficExclusion(kind="email", value="ann@acme.com"))

    assert (found.people, found.touches) == (1, 1)
    assert any(
        one.name == "Wins they took part in" and "$100.00" in one.text for one in found.effects
    )
    assert not TrafficExclusion.objects.exists()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "ann"),
        ("email", "null"),
        ("email_domain", "acme"),
        ("email_domain", "a b.com"),
        ("phone", "123"),
        ("address", "acme.com"),
    ],
)
def test_a_value_that_is_none_of_its_kind_is_refused(kind: str, value: str) -> None:
    with pytest.raises(InvalidExclusionError) as caught:
        normalised(kind, value)
    assert caught.value.field == "value"


def test_a_value_stands_on_the_list_once() -> None:
    exclude("email", "ann@acme.com")
    with pytest.raises(InvalidExclusionError, match="on the list already"):
        exclude("email", "ann@acme.com")


def test_it_cannot_end_before_it_begins() -> None:
    with pytest.raises(InvalidExclusionError, match="end before it begins"):
        exclude("email", "ann@acme.com", starts_at=NOW, ends_at=NOW)
