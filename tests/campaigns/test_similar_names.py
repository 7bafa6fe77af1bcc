"""Which stored sends have nearly the same name."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from campaigns.similar_names import similar_sends
from tests.campaigns.builders import a_send

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


def names(name: str) -> list[str]:
    return [found.send.utm_campaign for found in similar_sends(name)]


@pytest.mark.parametrize(
    "stored",
    [
        "june-demo-invite",
        "demo-invite-jun",
        "demo-invites-june",
        "demo-invtie-june",
        "demo-invite-june-2",
        "emo-invite-june",
        "demo-invite-junes",
        "dmeo-invite-june",
    ],
)
def test_a_nearly_equal_name_is_found(stored: str) -> None:
    a_send("spring-sale-may")
    a_send(stored)

    assert names("demo-invite-june") == [stored]


def test_it_says_when_by_which_send_and_why() -> None:
    a_send("demo-invites-q2", name="Demo invite", scheduled_at=DAY)

    (found,) = similar_sends("demo-invite-q2")

    assert (found.day, found.rule) == (DAY, "plural")
    assert str(found) == (
        "“demo-invites-q2” was used on 12 May 2026 by “Demo invite”: "
        "the same words, one in the singular and one in the plural."
    )


def test_the_send_itself_is_left_out() -> None:
    send = a_send("demo-invites-q2")

    assert similar_sends("demo-invite-q2", exclude=send) == []


def test_the_very_same_name_is_another_finding() -> None:
    a_send("demo-invite-q2")

    assert names("demo-invite-q2") == names("Demo-Invite-Q2") == []


def test_the_newest_five_are_named() -> None:
    for number in range(2, 9):
        a_send(f"demo-invite-q2-{number}")

    assert names("demo-invite-q2") == [f"demo-invite-q2-{number}" for number in range(8, 3, -1)]


def test_nothing_is_asked_of_the_database_for_a_name_without_a_topic(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert similar_sends("") == similar_sends("june") == similar_sends("2026") == []


def test_it_costs_one_query_however_many_there_are(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(2, 6):
        a_send(f"demo-invite-q2-{number}")

    with django_assert_num_queries(1):
        assert len(similar_sends("demo-invite-q2")) == 4


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_narrowing_in_sql_loses_no_typing_error(data: st.DataObject) -> None:
    name = data.draw(st.from_regex(r"[b-d]{3,6}-[b-d]{3,6}", fullmatch=True))
    place = data.draw(st.integers(0, len(name) - 1))
    slip = name[:place] + "x" + name[place:]
    send = a_send(slip)
    try:
        assert names(name) == [slip]
    finally:
        send.delete()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
@example("nul\0-and-more")
@example("100%_-\\")
def test_no_text_makes_it_fail(name: str) -> None:
    similar_sends(name)
