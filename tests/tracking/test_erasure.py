"""Forgetting a person leaves nothing that names them, and what totals rest on."""

import json
from typing import Any

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command

from links.models import Domain, Link, RecipientLink
from tests.tracking.builders import NOW, make_identity, make_touch
from tracking import erasure
from tracking.erasure import PersonAlreadyErasedError, erase_person
from tracking.identity import ensure_identity, join, person_of, refresh_origins
from tracking.models import Click, Event, Identity, IdentityEdge, Person, Touchpoint

pytestmark = pytest.mark.django_db
PERSONAL = ["ana@example.com", "4155550123", "Ana Lopez", "v-ana", "crm-77", "secret-note"]


@pytest.fixture
def ana() -> Person:
    domain = Domain.objects.create(host="go.example.com")
    link = Link.objects.create(domain=domain, code="abcdefg", destination_url="https://x.io")
    recipient_link = RecipientLink.objects.create(
        link=link,
        suffix="aaaaaa",
        phone="+14155550123",
        phone_hash="4155550123-hash",
        email="ana@example.com",
        name="Ana Lopez",
        external_id="crm-77",
    )
    email = make_identity(value="ana@example.com")
    for kind, value in (
        ("phone", "+14155550123"),
        ("visitor", "v-ana"),
        ("crm", "acme:crm-77"),
        ("recipient", str(recipient_link.pk)),
    ):
        other = make_identity(kind, value)
        join(a=email, b=other, kind="event", evidence="ana@example.com", now=NOW)
    click = Click.objects.create(
        occurred_at=NOW, host="go", path="/x", query="email=ana@example.com", method="GET",
        grade="likely", reason="browser",
    )  # fmt: skip
    make_touch(
        identity=email,
        click=click,
        page_url="https://x.io/?email=ana@example.com",
        utm_campaign="demo-invite-q2",
    )
    Event.objects.create(
        origin="k", event_id="1", name="demo-booked", occurred_at=NOW, received_at=NOW,
        identity=email, value_minor=500, currency="USD", properties={"note": "secret-note"},
    )  # fmt: skip
    person = person_of(email)
    refresh_origins([person.pk])
    return person


def everything() -> str:
    models: list[Any] = [Person, Identity, IdentityEdge, Click, Touchpoint, Event, RecipientLink]
    return "".join(serializers.serialize("json", model.objects.all()) for model in models)


def test_nothing_that_names_the_person_is_left(ana: Person) -> None:
    assert all(word in everything() for word in PERSONAL)
    erase_person(person=ana, now=NOW)
    left = everything()
    assert [word for word in PERSONAL if word in left] == []


def test_what_the_totals_rest_on_stays(ana: Person) -> None:
    erase_person(person=ana, now=NOW)
    touch, event = Touchpoint.objects.get(), Event.objects.get()
    assert touch.identity is not None
    assert touch.identity.person_id == ana.pk
    assert (touch.utm_campaign, event.value_minor) == ("demo-invite-q2", 500)
    ana.refresh_from_db()
    assert (ana.erased_at, ana.original_utm_campaign) == (NOW, "demo-invite-q2")


def test_the_same_address_is_somebody_new_afterwards(ana: Person) -> None:
    erase_person(person=ana, now=NOW)
    again = ensure_identity(kind="email", value="ana@example.com", now=NOW)
    assert again.person_id != ana.pk


def test_a_forgotten_person_is_joined_to_nobody(ana: Person) -> None:
    erase_person(person=ana, now=NOW)
    buried = Identity.objects.filter(person=ana)[0]
    assert not join(a=buried, b=make_identity(), kind="event", evidence="", now=NOW)


def test_forgetting_twice_is_refused(ana: Person) -> None:
    erase_person(person=ana, now=NOW)
    with pytest.raises(PersonAlreadyErasedError):
        erase_person(person=ana, now=NOW)


def test_other_apps_erase_what_is_theirs(ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(erasure, "_erasers", {})
    erasure.register("crm", lambda ids, now: asked.append(len(ids)) or 3)
    assert erase_person(person=ana, now=NOW).others == 3
    assert asked == [5]


def test_the_command_says_what_it_cleared(ana: Person, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("forget_person", str(ana.pk))
    assert "5 identities, 1 recipient links, 1 events, 1 touches" in capsys.readouterr().out


def test_the_command_refuses_an_unknown_person() -> None:
    with pytest.raises(CommandError, match="no person") as caught:
        call_command("forget_person", "01890000-0000-7000-8000-000000000000")
    assert caught.value.returncode == 1


def test_the_command_refuses_what_is_no_id() -> None:
    with pytest.raises(CommandError, match="invalid UUID"):
        call_command("forget_person", json.dumps("x"))
