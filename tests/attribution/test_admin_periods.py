"""Locking days in the admin: the figures first, then for good."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from attribution.models import Period
from tests.attribution.builders import a_deal, change_deal, days_ago, settle
from tests.campaigns.builders import a_superuser, a_user

pytestmark = pytest.mark.django_db
ADD = reverse("admin:attribution_period_add")
DAYS = {"starts_on": days_ago(3).date().isoformat(), "ends_on": days_ago(3).date().isoformat()}


def client(*permissions: str) -> Client:
    made = Client()
    made.force_login(a_user("bob", *permissions) if permissions else a_superuser())
    return made


def page(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def test_the_form_opens_without_figures() -> None:
    text = page(client().get(ADD))

    assert "Show the figures" in text
    assert "for good</button>" not in text


def test_the_figures_are_shown_before_anything_is_locked() -> None:
    a_deal(amount_minor=100_00, created=3)
    settle()
    text = page(client().get(ADD, DAYS))

    assert "100.00" in text
    assert "Lock these days for good" in text
    assert not Period.objects.exists()


def test_days_without_outcomes_say_so() -> None:
    assert "No outcome lies in these days" in page(client().get(ADD, DAYS))


def test_confirming_locks_and_shows_the_period() -> None:
    answer = client().post(ADD, DAYS, follow=True)

    period = Period.objects.get()
    assert period.locked_by.username
    assert "Its figures no longer move." in page(answer)


def test_days_that_cannot_be_locked_are_explained() -> None:
    root = client()
    root.post(ADD, DAYS)
    text = page(root.get(ADD, DAYS))

    assert "is locked already" in text
    assert "Lock these days for good" not in text
    assert root.post(ADD, DAYS).status_code == 200
    assert Period.objects.count() == 1


def test_a_day_that_is_none_is_explained() -> None:
    assert "Enter a valid date" in page(client().get(ADD, {**DAYS, "ends_on": "soon"}))


def test_a_periods_page_shows_what_was_restated_since() -> None:
    deal = a_deal(amount_minor=100_00, created=3)
    settle()
    root = client()
    root.post(ADD, DAYS)
    change_deal(deal, amount_minor=130_00)
    text = page(
        root.get(reverse("admin:attribution_period_change", args=[Period.objects.get().pk]))
    )
    assert all(amount in text for amount in ("100.00", "30.00", "130.00"))
    assert "restated=yes" in text

    listed = page(root.get(reverse("admin:attribution_period_changelist")))
    assert "6 entries" in listed
    entries = root.get(
        reverse("admin:attribution_creditentry_changelist"),
        {"restated": "yes", "outcome_from": DAYS["starts_on"], "outcome_to": DAYS["ends_on"]},
    )
    assert "6 entries sum" in page(entries)


@pytest.mark.parametrize("permission", ["attribution.view_period", "attribution.change_period"])
def test_who_may_not_lock_is_refused(permission: str) -> None:
    assert client(permission).get(ADD, DAYS).status_code == 403
    assert client_post(permission) == 403
    assert not Period.objects.exists()


def client_post(permission: str) -> int:
    made = Client()
    made.force_login(a_user("eve", permission))
    return made.post(ADD, DAYS).status_code


def test_nobody_unlocks() -> None:
    root = client()
    root.post(ADD, DAYS)
    period = Period.objects.get()

    assert root.post(
        reverse("admin:attribution_period_delete", args=[period.pk]), {"post": "yes"}
    ).status_code == 403  # fmt: skip
    assert (
        root.post(reverse("admin:attribution_period_change", args=[period.pk]), DAYS).status_code
        == 403
    )
