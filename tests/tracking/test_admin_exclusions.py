"""The list of own traffic in the admin: a preview first, then stored."""

from typing import Any

import pytest
from django.test import Client

from tests.tracking.builders import make_identity, make_touch, make_user
from tracking.models import Touchpoint, TrafficExclusion

pytestmark = pytest.mark.django_db
LIST = "/admin/tracking/trafficexclusion/"
ENTRY = {
    "kind": "email", "value": "Ann@acme.com", "reason": "staff", "note": "Ann",
    "starts_at_0": "", "starts_at_1": "", "ends_at_0": "", "ends_at_1": "",
}  # fmt: skip


@pytest.fixture
def operator(client: Client) -> Client:
    names = ("add", "change", "delete", "view")
    client.force_login(make_user(*(f"tracking.{name}_trafficexclusion" for name in names)))
    return client


def page(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_an_entry_is_shown_with_its_effect_before_it_is_stored(operator: Client) -> None:
    make_touch(identity=make_identity("email", "ann@acme.com"))

    answer = operator.post(f"{LIST}add/", ENTRY)

    assert "Touches that would earn nothing" in page(answer)
    assert not TrafficExclusion.objects.exists()


def test_an_entry_without_effect_says_so(operator: Client) -> None:
    assert "No touch that earns credit today fits" in page(operator.post(f"{LIST}add/", ENTRY))


def test_seen_it_is_stored_and_marks(operator: Client) -> None:
    make_touch(identity=make_identity("email", "ann@acme.com"))

    operator.post(f"{LIST}add/", {**ENTRY, "_seen": "1"})

    assert TrafficExclusion.objects.get().value == "ann@acme.com"
    assert Touchpoint.objects.get().exclusion == "staff"


def test_a_wrong_value_is_told_in_the_form(operator: Client) -> None:
    assert "is no e-mail domain" in page(
        operator.post(f"{LIST}add/", {**ENTRY, "kind": "email_domain", "value": "acme"})
    )


def test_deleting_it_lets_the_touches_count_again(operator: Client) -> None:
    make_touch(identity=make_identity("email", "ann@acme.com"))
    operator.post(f"{LIST}add/", {**ENTRY, "_seen": "1"})
    stored = TrafficExclusion.objects.get()

    operator.post(f"{LIST}{stored.pk}/delete/", {"post": "yes"})

    assert not TrafficExclusion.objects.exists()
    assert Touchpoint.objects.get().exclusion == ""


def test_a_change_is_previewed_too_and_keeps_its_value(operator: Client) -> None:
    operator.post(f"{LIST}add/", {**ENTRY, "_seen": "1"})
    stored = TrafficExclusion.objects.get()
    change = {**ENTRY, "value": "ben@acme.com", "reason": "test"}

    assert "What this would touch" in page(operator.post(f"{LIST}{stored.pk}/change/", change))
    operator.post(f"{LIST}{stored.pk}/change/", {**change, "_seen": "1"})

    stored.refresh_from_db()
    assert (stored.value, stored.reason) == ("ann@acme.com", "test")


def test_who_may_only_look_stores_nothing(client: Client) -> None:
    client.force_login(make_user("tracking.view_trafficexclusion"))

    assert client.post(f"{LIST}add/", ENTRY).status_code == 403
    assert not TrafficExclusion.objects.exists()
