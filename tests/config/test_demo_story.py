"""The demo's cast: made up, repeatable, and reachable by nobody."""

import re
from datetime import UTC, datetime, timedelta

import phonenumbers

from config.demo.story import customers, give_history, planned_sends

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


def test_the_cast_is_the_same_each_time() -> None:
    assert [c.email for c in customers(50)] == [c.email for c in customers(50)]


def test_every_customer_has_an_address_and_a_number_of_their_own() -> None:
    cast = customers(900)
    assert len({c.email for c in cast}) == len({c.phone for c in cast}) == 900


def test_numbers_are_of_the_range_kept_for_fiction_and_well_formed() -> None:
    for customer in customers(900):
        assert re.fullmatch(r"\+1\d{3}55501\d{2}", customer.phone)
        assert phonenumbers.is_possible_number(phonenumbers.parse(customer.phone))


def test_nobody_can_own_the_e_mail_domains() -> None:
    assert all(c.email.endswith(".example") for c in customers(100))


def test_names_of_sends_follow_the_month() -> None:
    names = {send.utm_campaign for send in planned_sends(NOW)}
    assert names == {"trial-reengagement-june", "demo-invite-q2", "webinar-followup-june"}


def test_history_lies_in_the_twelve_weeks_before() -> None:
    cast = customers(200)
    give_history(cast, now=NOW)
    moments = [at for c in cast for at, _, _ in c.visits]
    assert moments
    assert all(NOW - timedelta(days=84) <= at < NOW - timedelta(days=1) for at in moments)
    assert any(not c.visits for c in cast)
