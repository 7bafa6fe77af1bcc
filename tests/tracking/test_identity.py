"""Identities become people: joined, and taken apart again."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.tracking.builders import NOW, make_identity, make_touch
from tracking.identity import (
    EdgeAlreadyRevokedError,
    JoinRequest,
    UnusableIdentityError,
    ensure_identities,
    ensure_identity,
    join,
    join_all,
    person_of,
    revoke,
)
from tracking.models import Identity, IdentityEdge, PendingChange, Person

pytestmark = pytest.mark.django_db


def tie(a: Identity, b: Identity, kind: str = "event") -> bool:
    return join(a=a, b=b, kind=kind, evidence="test", now=NOW)


def test_a_new_identity_gets_a_person_of_its_own() -> None:
    ana, bob = make_identity(value="ana@example.com"), make_identity(value="bob@example.com")
    assert person_of(ana) != person_of(bob)


def test_the_same_address_in_other_letters_is_the_same_identity() -> None:
    assert make_identity(value="ana@example.com") == make_identity(value="Ana@Example.com")
    assert Person.objects.count() == 1


def test_a_placeholder_makes_no_identity() -> None:
    with pytest.raises(UnusableIdentityError):
        ensure_identity(kind="visitor", value="null", now=NOW)
    assert not Person.objects.exists()


def test_identities_in_bulk_are_keyed_as_they_were_asked_for() -> None:
    known = make_identity(value="ana@example.com")
    keys = [("email", "ANA@example.com"), ("phone", "415 555 0123"), ("visitor", "undefined")]
    found = ensure_identities(keys, NOW)
    assert found["email", "ANA@example.com"] == known
    assert found["phone", "415 555 0123"].value == "+14155550123"
    assert ("visitor", "undefined") not in found


def test_bulk_cost_does_not_grow_with_the_number_of_keys(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        ensure_identities([("visitor", f"v-{number}") for number in range(300)], NOW)


def test_joining_makes_one_person_and_the_older_one_stays() -> None:
    older = make_identity(value="ana@example.com", now=NOW - timedelta(days=3))
    younger = make_identity("visitor", "v-1")
    assert tie(younger, older)
    younger.refresh_from_db()
    assert younger.person_id == older.person_id
    assert Person.objects.present().count() == 1


def test_the_person_taken_over_names_its_successor() -> None:
    older = make_identity(value="ana@example.com", now=NOW - timedelta(days=3))
    younger = make_identity("visitor", "v-1")
    tie(older, younger)
    assert Person.objects.get(pk=younger.person_id).merged_into_id == older.person_id


def test_joining_twice_keeps_one_edge() -> None:
    a, b = make_identity(), make_identity()
    assert tie(a, b)
    assert tie(b, a)
    assert IdentityEdge.objects.count() == 1


def test_joining_notes_both_people_with_cause_identity() -> None:
    a, b = make_identity(), make_identity()
    tie(a, b)
    notes = PendingChange.objects.filter(subject="person", cause="identity")
    assert {note.subject_id for note in notes} == {a.person_id, b.person_id}


def test_a_role_mailbox_joins_nobody() -> None:
    shared, visitor = make_identity(value="info@example.com"), make_identity("visitor", "v-1")
    assert not tie(shared, visitor)
    assert person_of(shared) != person_of(visitor)


def test_revoking_takes_people_apart() -> None:
    a, b, c = make_identity(), make_identity(), make_identity()
    tie(a, b)
    tie(b, c)
    edge = IdentityEdge.objects.get(
        a=min(b, c, key=lambda i: i.pk), b=max(b, c, key=lambda i: i.pk)
    )
    revoke(edge=edge, reason="wrong person", now=NOW)
    assert person_of(a) == person_of(b)
    assert person_of(c) != person_of(a)


def test_revoking_keeps_people_together_while_another_path_is_left() -> None:
    a, b, c = make_identity(), make_identity(), make_identity()
    tie(a, b)
    tie(b, c)
    tie(a, c)
    revoke(edge=IdentityEdge.objects.earliest("created_at", "id"), reason="doubt", now=NOW)
    assert person_of(a) == person_of(b) == person_of(c)


def test_a_revoked_edge_says_when_and_why() -> None:
    tie(make_identity(), make_identity())
    edge = IdentityEdge.objects.get()
    revoke(edge=edge, reason="wrong person", now=NOW)
    assert (edge.revoked_at, edge.revoked_reason) == (NOW, "wrong person")


def test_revoking_twice_is_refused() -> None:
    tie(make_identity(), make_identity())
    edge = IdentityEdge.objects.get()
    revoke(edge=edge, reason="wrong person", now=NOW)
    with pytest.raises(EdgeAlreadyRevokedError):
        revoke(edge=edge, reason="again", now=NOW)


def test_a_browser_with_a_fourth_person_is_frozen_and_lets_all_go() -> None:
    kiosk = make_identity("visitor", "kiosk")
    people = [make_identity() for _ in range(4)]
    answers = [tie(kiosk, person) for person in people]
    kiosk.refresh_from_db()
    assert answers == [True, True, True, False]
    assert kiosk.is_frozen
    assert len({person_of(person).pk for person in [kiosk, *people]}) == 5


def test_a_frozen_browser_joins_nobody_any_more() -> None:
    kiosk = make_identity("visitor", "kiosk")
    for _ in range(4):
        tie(kiosk, make_identity())
    assert not tie(kiosk, make_identity())


def test_several_identities_of_one_person_do_not_make_a_browser_shared() -> None:
    browser, email = make_identity("visitor", "v-1"), make_identity()
    for value in ("a:1", "a:2", "a:3", "a:4"):
        contact = make_identity("crm", value)
        tie(contact, email, "crm_contact")
        assert tie(browser, contact)


def test_people_met_longer_ago_than_30_days_do_not_make_a_browser_shared() -> None:
    browser = make_identity("visitor", "v-1")
    for months_ago in (4, 3, 2, 0):
        moment = NOW - timedelta(days=31 * months_ago)
        assert join(a=browser, b=make_identity(), kind="event", evidence="", now=moment)


def test_a_recipient_link_opened_by_somebody_elses_browser_joins_nobody() -> None:
    browser, bob = make_identity("visitor", "v-bob"), make_identity(value="bob@example.com")
    recipient = make_identity("recipient", "r-ana")
    tie(browser, bob)
    assert not tie(browser, recipient, "click_id")


def test_a_tap_consumed_late_joins_nobody_if_a_strangers_browser_had_carried_it() -> None:
    browser, bob = make_identity("visitor", "v-bob"), make_identity(value="bob@example.com")
    click, recipient = make_identity("click", "T"), make_identity("recipient", "r-ana")
    tie(browser, bob)
    join(a=browser, b=click, kind="click_id", evidence="", now=NOW + timedelta(hours=1))
    late = NOW + timedelta(hours=2)
    assert not join(a=click, b=recipient, kind="click_id", evidence="", now=late)


def test_who_names_himself_after_the_tap_is_the_recipient_in_either_order() -> None:
    browser, ana = make_identity("visitor", "v-1"), make_identity(value="ana@example.com")
    click, recipient = make_identity("click", "T"), make_identity("recipient", "r-ana")
    tie(browser, click, "click_id")
    join(a=browser, b=ana, kind="form_post", evidence="", now=NOW + timedelta(minutes=1))
    late = NOW + timedelta(hours=2)
    assert join(a=click, b=recipient, kind="click_id", evidence="", now=late)
    assert person_of(ana) == person_of(recipient)


def test_the_origin_is_the_earliest_eligible_touch_of_all_identities() -> None:
    phone, email = make_identity("phone", "+14155550123"), make_identity()
    make_touch(identity=email, days_ago=5, channel="sms", utm_campaign="demo-invite-q2")
    make_touch(identity=phone, days_ago=9, channel="email", utm_campaign="news")
    make_touch(identity=phone, days_ago=30, channel="direct", exclusion="staff")
    tie(phone, email)
    person = person_of(email)
    assert person.original_channel is not None
    assert (person.original_channel.slug, person.original_utm_campaign) == ("email", "news")


def test_the_origin_follows_when_people_are_taken_apart() -> None:
    phone, email = make_identity("phone", "+14155550123"), make_identity()
    make_touch(identity=phone, days_ago=9, utm_campaign="demo-invite-q2")
    tie(phone, email)
    revoke(edge=IdentityEdge.objects.get(), reason="wrong", now=NOW)
    assert person_of(phone).original_utm_campaign == "demo-invite-q2"
    assert person_of(email).original_utm_campaign == ""


def test_many_joins_cost_as_many_queries_as_a_few(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    found = ensure_identities(
        [(kind, f"{kind}-{n}") for n in range(50) for kind in ("visitor", "click")], NOW
    )
    requests = [
        JoinRequest(found["visitor", f"visitor-{n}"], found["click", f"click-{n}"], "click_id")
        for n in range(50)
    ]
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        assert all(join_all(requests, now=NOW))


def test_a_join_that_fails_halfway_leaves_nothing() -> None:
    a, b = make_identity(), make_identity()

    def fail_after_joining() -> None:
        with transaction.atomic():
            tie(a, b)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_joining()
    assert person_of(a) != person_of(b)
