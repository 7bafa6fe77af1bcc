"""How many uploaded recipients two sends share."""

import pytest

from campaigns import audience_overlaps
from campaigns.audience_overlaps import Overlap
from campaigns.collisions import collisions_of
from campaigns.models import Send
from links import audience_overlap
from links.audience_overlap import count_shared_recipients
from links.models import RecipientLink
from tests.links.builders import NOW, make_link, make_message, make_send

pytestmark = pytest.mark.django_db


def a_send_to(name: str, *people: str) -> Send:
    """Return a send whose only version these people get."""
    send = make_send(name, name=name, scheduled_at=NOW)
    add_version(send, name, *people)
    return send


def add_version(send: Send, code: str, *people: str) -> None:
    link = make_link(code=code, send=send, message=make_message(send, utm_content=code))
    RecipientLink.objects.bulk_create(
        RecipientLink(link=link, suffix=f"{index:06}", phone_hash=person)
        for index, person in enumerate(people)
    )


def test_the_numbers_of_both_sends_are_counted() -> None:
    one = a_send_to("one-june", "ann", "bob", "cem")
    other = a_send_to("other-june", "bob", "cem", "dan")

    assert count_shared_recipients([(one.pk, other.pk)]) == {(one.pk, other.pk): Overlap(2)}


def test_sends_that_share_nobody_are_left_out() -> None:
    one, other = a_send_to("one-june", "ann"), a_send_to("other-june", "bob")

    assert count_shared_recipients([(one.pk, other.pk)]) == {}


def test_a_number_in_two_versions_counts_once() -> None:
    one, other = a_send_to("one-june", "ann"), a_send_to("other-june", "ann")
    add_version(one, "version-b", "ann")

    assert count_shared_recipients([(one.pk, other.pk)]) == {(one.pk, other.pk): Overlap(1)}


def test_all_pairs_cost_two_queries(django_assert_num_queries: object) -> None:
    sends = [a_send_to(f"send-{index}-june", "ann", "bob") for index in range(4)]
    pairs = [(one.pk, other.pk) for one in sends for other in sends if one.pk < other.pk]

    with django_assert_num_queries(2):  # type: ignore[operator]
        found = count_shared_recipients(pairs)

    assert found == dict.fromkeys(pairs, Overlap(2))


def test_of_large_audiences_a_sixteenth_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_overlap, "LARGE", 2)
    everybody = [f"{first:x}{person}" for first in range(16) for person in range(5)]
    one = a_send_to("one-june", *everybody)
    other = a_send_to("other-june", *everybody, "0nobody-else")

    assert count_shared_recipients([(one.pk, other.pk)]) == {
        (one.pk, other.pk): Overlap(80, is_estimate=True)
    }


def test_a_collision_is_found_by_the_recipients() -> None:
    one, other = a_send_to("one-june", "ann"), a_send_to("other-june", "ann", "bob")

    assert "links" in audience_overlaps._counters
    assert [(hit.other, hit.shared) for hit in collisions_of(one)] == [(other, 1)]
