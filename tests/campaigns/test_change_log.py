"""Who changed what and when: one log of several histories."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.change_kinds import KINDS
from campaigns.change_log import (
    Change,
    ChangeFilter,
    MalformedCursorError,
    change_page,
    changes_of,
    decode_cursor,
    encode_cursor,
)
from campaigns.history import delete_by, save_by
from campaigns.models import Campaign, ConventionToken, NamingConvention, Send, SendingPolicy, Spend
from tests.campaigns.builders import a_campaign, a_channel, a_message, a_send, a_user

pytestmark = pytest.mark.django_db
ALL = tuple(KINDS.values())


def log(**wanted: Any) -> Sequence[Change]:
    return change_page(ChangeFilter(**{"kinds": ALL, **wanted})).changes


def lines(changes: Sequence[Change]) -> list[str]:
    return [
        " ".join(filter(None, [one.by, one.action, one.part, one.kind.noun, one.title]))
        for one in changes
    ]


def test_the_newest_change_comes_first_with_who_when_and_what() -> None:
    alice, bob = a_user("alice"), a_user("bob")
    campaign = Campaign(name="Spring")
    save_by(campaign, alice)
    campaign.name = "Summer"
    save_by(campaign, bob, reason="It moved")

    newest, first = log()

    assert lines([newest, first]) == [
        "bob changed campaign Summer",
        "alice created campaign Spring",
    ]
    assert [(one.label, one.old, one.new) for one in newest.fields] == [
        ("Name", "Spring", "Summer")
    ]
    assert newest.reason == "It moved"
    assert first.at < newest.at <= timezone.now()
    assert (newest.object_id, newest.is_there) == (campaign.pk, True)


def test_every_kind_of_row_is_told() -> None:
    draft = NamingConvention.objects.create(
        channel=a_channel(), version=9, sources=["sms"], mediums=["text"]
    )
    ConventionToken.objects.create(convention=draft, position=1, name="goal")
    send = a_send(name="Offer", campaign=a_campaign("Spring"))
    a_message(send, utm_content="version-a")
    Spend.objects.create(
        platform="twilio",
        external_id="one",
        date="2026-06-01",
        channel=a_channel(),
        amount_minor=1,
        currency="USD",
    )
    SendingPolicy.objects.all().delete()
    SendingPolicy.objects.create(channel=a_channel())

    assert lines(log())[:7] == [
        "Textrail created sending policy How SMS sends go out",
        "Textrail deleted sending policy How SMS sends go out",
        "Textrail created spend twilio one, 2026-06-01",
        "Textrail created the text version-a send Offer",
        "Textrail created send Offer",
        "Textrail created campaign Spring",
        "Textrail created the part {goal} naming convention SMS convention, version 9",
    ]


def test_a_deleted_object_keeps_its_name_and_what_it_said() -> None:
    alice = a_user("alice")
    campaign = a_campaign("Spring")
    delete_by(campaign, alice)

    deleted, created = log()

    assert lines([deleted]) == ["alice deleted campaign Spring"]
    assert [(one.label, one.old, one.new) for one in deleted.fields] == [("Name", "Spring", "")]
    assert not deleted.is_there
    assert not created.is_there


def test_a_deleted_send_s_texts_keep_its_name() -> None:
    send = a_send(name="Offer")
    a_message(send)
    send.delete()

    assert "Textrail deleted the text send Offer" in lines(log())


def test_saves_that_changed_nothing_are_left_out() -> None:
    campaign = a_campaign("Spring")
    save_by(campaign, None, reason="Saved again")

    assert lines(log()) == ["Textrail created campaign Spring"]


def test_a_change_of_a_row_older_than_its_history_is_told_without_its_past() -> None:
    campaign = a_campaign("Spring")
    campaign.history.all().delete()
    campaign.name = "Summer"
    save_by(campaign, a_user("alice"))

    (change,) = log()

    assert lines([change]) == ["alice changed campaign Summer"]
    assert change.is_first_known
    assert not change.fields


def test_a_page_leads_to_the_older_ones_without_a_gap() -> None:
    for index in range(7):
        a_send(f"trial-{index}-june", name=f"Send {index}")

    seen: list[str] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        page = change_page(ChangeFilter(ALL), cursor=cursor, size=3)
        seen.extend(lines(page.changes))
        cursor, pages = page.older, pages + 1

    assert pages == 3
    assert seen == lines(log())
    assert len(set(seen)) == 8  # and their campaign


def test_changes_of_one_moment_are_told_once_each() -> None:
    now = timezone.now()
    for name in ("One", "Two", "Three"):
        campaign = Campaign(name=name)
        campaign._history_date = now  # type: ignore[attr-defined]
        campaign.save()
    send = a_send(campaign=campaign)
    Send.history.filter(id=send.pk).update(history_date=now)

    first = change_page(ChangeFilter(ALL), size=2)
    second = change_page(ChangeFilter(ALL), cursor=first.older, size=2)

    assert lines([*first.changes, *second.changes]) == lines(log())
    assert len(log()) == 4
    assert not second.older


def test_a_page_is_full_although_many_saves_changed_nothing() -> None:
    campaign = a_campaign("Spring")
    for _ in range(5):
        campaign.save()

    page = change_page(ChangeFilter(ALL), size=2)

    assert lines(page.changes) == ["Textrail created campaign Spring"]


def test_where_very_many_saves_changed_nothing_the_page_goes_on_from_there() -> None:
    campaign = a_campaign("Spring")
    for _ in range(8):
        campaign.save()

    page = change_page(ChangeFilter(ALL), size=1)

    assert (page.changes, bool(page.older)) == ([], True)
    rest = change_page(ChangeFilter(ALL), cursor=page.older, size=9)
    assert lines(rest.changes) == ["Textrail created campaign Spring"]


def test_without_a_kind_there_is_nothing() -> None:
    a_campaign()

    assert change_page(ChangeFilter([])).changes == []


def test_one_object_s_changes_have_its_parts() -> None:
    send = a_send("trial-one-june", name="One")
    a_message(send, utm_content="version-a")
    a_message(a_send("trial-other-june", name="Other"))

    page = changes_of(code="send", object_id=send.pk, may_see=lambda permission: True, size=10)

    assert lines(page.changes) == [
        "Textrail created the text version-a send One",
        "Textrail created send One",
    ]


def test_what_somebody_may_not_see_is_left_out() -> None:
    send = a_send(name="One")
    a_message(send)

    page = changes_of(
        code="send", object_id=send.pk, may_see=lambda name: name.endswith("_send"), size=10
    )

    assert lines(page.changes) == ["Textrail created send One"]


def test_one_person_s_changes() -> None:
    alice = a_user("alice")
    save_by(Campaign(name="Spring"), alice)
    save_by(Campaign(name="Summer"), a_user("bob"))

    assert lines(log(by=alice.pk)) == ["alice created campaign Spring"]


def test_a_period_s_changes() -> None:
    campaign = a_campaign("Spring")
    then = campaign.history.get().history_date

    assert log(since=then)
    assert not log(since=then + timedelta(microseconds=1))
    assert log(until=then + timedelta(microseconds=1))
    assert not log(until=then)


@pytest.mark.parametrize("text", ["offer", "OFFER", "trial-one", "early name"])
def test_a_name_finds_a_send_s_whole_history_also_by_a_former_name(text: str) -> None:
    send = a_send("trial-one-june", name="Early name", campaign=a_campaign("Spring"))
    a_message(send)
    send.name = "Offer"
    send.save()
    a_send("trial-other-june", name="Another")

    assert lines(log(text=text)) == [
        "Textrail changed send Offer",
        "Textrail created the text send Offer",
        "Textrail created send Early name",
    ]


@pytest.mark.parametrize(("text", "count"), [("sms", 2), ("twilio", 1), ("goal", 1), ("spring", 1)])
def test_a_name_finds_the_other_kinds(text: str, count: int) -> None:
    draft = NamingConvention.objects.create(
        channel=a_channel(), version=9, sources=["sms"], mediums=["text"]
    )
    ConventionToken.objects.create(convention=draft, position=1, name="goal")
    a_campaign("Spring")
    Spend.objects.create(
        platform="twilio",
        external_id="one",
        date="2026-06-01",
        channel=a_channel("email"),
        amount_minor=1,
        currency="USD",
    )

    assert len(log(text=text)) == count


def test_a_long_page_costs_as_many_queries_as_a_short_one() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert log()
        return len(captured)

    a_message(a_send("trial-one-june"))
    few = queries()
    for index in range(12):
        a_message(a_send(f"trial-{index}-june"))

    assert queries() == few


def test_a_cursor_names_its_place() -> None:
    key = (timezone.now(), "send", 7)

    assert decode_cursor(encode_cursor(key)) == key


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "é",
        "!!!!",
        "bm90aGluZw",
        encode_cursor((timezone.now(), "pigeon", 7)),
        encode_cursor((timezone.now(), "send", -1)),
        encode_cursor((timezone.now(), "send", 2**63)),
        encode_cursor((timezone.make_naive(timezone.now()), "send", 1)),
    ],
    ids=["short", "accent", "signs", "words", "kind", "negative", "huge", "naive"],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(MalformedCursorError):
        change_page(ChangeFilter(ALL), cursor=text)
