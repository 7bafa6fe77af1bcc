"""A send's holdout, through every door, and that it stays once it divided people."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from campaigns import divided_audiences, preflight, send_followers, send_page, send_saving
from campaigns.approvals import approval_of
from campaigns.models import Send, SendingPolicy, planned_recipients
from campaigns.money import Money
from campaigns.plan_checks import plan_checks
from campaigns.planned_costs import planned_cost
from campaigns.send_import import import_sends
from campaigns.send_sheet import EXAMPLE
from campaigns.services import HoldoutFixedError, approve_send, clone_send, save_send
from tests.campaigns.builders import (
    NOW,
    a_campaign,
    a_channel,
    a_manager,
    a_message,
    a_send,
    a_superuser,
    a_user,
    api_client,
)
from tests.campaigns.test_admin import form_data, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_checks", {"plan": preflight._checks["plan"]})
    monkeypatch.setattr(send_followers, "_followers", {})
    monkeypatch.setattr(send_page, "_panels", {})
    monkeypatch.setattr(divided_audiences, "_counters", {})


@pytest.fixture
def divided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say that every send has people."""
    divided_audiences.register("test", lambda send_id: 1200)


@pytest.mark.parametrize(
    ("size", "percent", "texted"), [(1200, 0, 1200), (1200, 10, 1080), (3, 50, 2), (0, 50, 0)]
)
def test_people_held_out_get_no_text(size: int, percent: int, texted: int) -> None:
    assert planned_recipients(size, percent) == texted


def test_several_apps_may_have_divided_people() -> None:
    divided_audiences.register("one", lambda send_id: 2)
    divided_audiences.register("other", lambda send_id: 3)
    assert divided_audiences.divided_people(a_send().pk) == 5


def test_the_cost_is_that_of_the_texts_that_go_out() -> None:
    SendingPolicy.objects.update_or_create(
        channel=a_channel(), defaults={"segment_rate": Decimal(1), "currency": "USD"}
    )
    send = a_send(audience_size=100, holdout_percent=20)
    a_message(send)
    assert planned_cost(send, send.messages.all()).total == Money(8000, "USD")


def test_the_checks_say_how_many_are_held_out() -> None:
    send = a_send(audience_size=1200, holdout_percent=10)
    texts = {result.code: result.message for result in plan_checks(send, NOW)}
    assert texts["recipients"] == "Planned for 1,080 recipients; 120 more (10 %) are held out."


def test_a_clone_holds_out_as_many() -> None:
    copy = clone_send(send=a_send(holdout_percent=15), by=None, now=NOW)
    assert Send.objects.get(pk=copy.pk).holdout_percent == 15


def test_another_holdout_voids_an_approval() -> None:
    send = a_send(status="ready")
    a_message(send)
    approve_send(send=send, by=a_manager(), note="", now=NOW)
    Send.objects.update(holdout_percent=15)
    found = approval_of(Send.objects.get())
    assert found is not None
    assert not found.is_valid


def test_the_history_says_who_changed_it() -> None:
    send = a_send()
    send.holdout_percent = 15
    save_send(send=send, messages=None, by=a_user("maria"), now=NOW)
    newest = Send.history.first()
    assert (newest.holdout_percent, newest.history_user.username) == (15, "maria")


def test_more_than_half_cannot_be_held_out() -> None:
    with pytest.raises(ValidationError, match="50"):
        a_send().__class__._meta.get_field("holdout_percent").clean(51, None)


def test_the_form_takes_it_and_nothing_means_nobody() -> None:
    client = signed_in(a_superuser())
    for utm_campaign, typed in (("trial-june", "15"), ("trial-july", "")):
        fields = form_data(utm_campaign=utm_campaign, holdout_percent=typed)
        client.post(reverse("admin:campaigns_send_add"), fields)
    found = dict(Send.objects.values_list("utm_campaign", "holdout_percent"))
    assert found == {"trial-june": 15, "trial-july": 0}


def test_the_form_refuses_more_than_half() -> None:
    fields = form_data(utm_campaign="trial-june", holdout_percent="60")
    answer = signed_in(a_superuser()).post(reverse("admin:campaigns_send_add"), fields)
    assert "less than or equal to 50" in answer.content.decode()


def test_the_api_reads_and_writes_it() -> None:
    send = a_send()
    address = f"/api/v1/sends/{send.pk}"
    assert api_client().patch(address, {"holdout_percent": 15}, format="json").status_code == 200
    assert api_client().get(address).json()["holdout_percent"] == 15
    refused = api_client().patch(address, {"holdout_percent": 51}, format="json")
    assert refused.status_code == 400
    assert "holdout_percent" in refused.json()["error"]["fields"]


def imported(**cells: str) -> Any:
    a_campaign()
    return import_sends(rows=[{**EXAMPLE, **cells}], by=None, now=NOW).rows[0]


@pytest.mark.parametrize(("cell", "percent"), [("", 0), ("15", 15), ("15 %", 15), ("15.0", 15)])
def test_a_file_brings_it(cell: str, percent: int) -> None:
    assert imported(holdout_percent=cell).status == "created"
    assert Send.objects.get().holdout_percent == percent


@pytest.mark.parametrize("cell", ["51", "some", "-1", "1.5", "10000"])
def test_a_file_with_another_holdout_is_refused(cell: str) -> None:
    (error,) = imported(holdout_percent=cell).errors
    assert (error.field, error.code) == ("holdout_percent", "invalid")
    assert "per cent up to 50" in error.message


@pytest.mark.usefixtures("divided")
def test_once_it_divided_people_it_stays() -> None:
    send = a_send(holdout_percent=10)
    send.holdout_percent = 20
    with pytest.raises(HoldoutFixedError, match=r"stays at 10 per cent: 1,200 people"):
        save_send(send=send, messages=None, by=None, now=NOW)
    assert Send.objects.get().holdout_percent == 10


@pytest.mark.usefixtures("divided")
def test_what_else_the_send_says_may_change() -> None:
    send = a_send(holdout_percent=10)
    send.audience = "Lapsed trials"
    save_send(send=send, messages=None, by=None, now=NOW)
    assert Send.objects.get().audience == "Lapsed trials"


@pytest.mark.usefixtures("divided")
def test_the_api_says_why_it_stays() -> None:
    address = f"/api/v1/sends/{a_send().pk}"
    answer = api_client().patch(address, {"holdout_percent": 15}, format="json")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "holdout-fixed")
    assert "1,200 people were divided" in error["fields"]["holdout_percent"][0]["message"]


@pytest.mark.usefixtures("divided")
def test_a_file_is_told_why_it_stays() -> None:
    send = a_send(utm_campaign=EXAMPLE["utm_campaign"])
    (error,) = imported(id=str(send.pk), holdout_percent="15").errors
    assert (error.field, error.code) == ("holdout_percent", "frozen")
    assert "Plan another send" in error.message


@pytest.mark.usefixtures("divided")
def test_the_form_shows_it_without_a_field() -> None:
    send = a_send(holdout_percent=10)
    page = signed_in(a_superuser()).get(reverse("admin:campaigns_send_change", args=[send.pk]))
    assert 'name="holdout_percent"' not in page.content.decode()
    assert 'name="audience_size"' in page.content.decode()


def test_people_who_come_while_the_form_is_open_keep_it_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send = a_send(holdout_percent=10)

    def people_come(send_id: Any) -> int:
        divided_audiences.register("test", lambda send_id: 1200)
        return 1200

    monkeypatch.setattr(send_saving, "divided_people", people_come)
    client = signed_in(a_superuser())
    fields = form_data(name="Renamed", utm_campaign=send.utm_campaign, holdout_percent="20")
    answer = client.post(
        reverse("admin:campaigns_send_change", args=[send.pk]), fields, follow=True
    )
    assert "stays at 10 per cent" in answer.content.decode()
    assert Send.objects.get().holdout_percent == 10
