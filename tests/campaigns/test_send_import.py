"""Sends from rows of a spreadsheet, through the same door as the form."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.import_rows import ImportResult
from campaigns.models import Campaign, Message, NamingConvention, Send
from campaigns.send_import import import_sends
from campaigns.send_sheet import COLUMNS, EXAMPLE, send_as_row
from tests.campaigns.builders import NOW, a_campaign, a_message, a_send, a_user

pytestmark = pytest.mark.django_db


def a_row(**fields: str) -> dict[str, str]:
    return {**EXAMPLE, **fields}


def run(*rows: dict[str, str], **options: Any) -> ImportResult:
    a_campaign()
    return import_sends(rows=rows, by=None, now=NOW, **options)


def told(result: ImportResult) -> list[tuple[int, str, str, str]]:
    """Return (row, field, rule, suggestion) of every error."""
    return [
        (row.number, error.field, error.code, error.suggestion)
        for row in result.rows
        for error in row.errors
    ]


def exported(send: Send) -> dict[str, str]:
    send = Send.objects.get(pk=send.pk)
    return send_as_row(send, list(send.messages.all()))


def counts() -> tuple[int, ...]:
    kinds = (Send, Message, Campaign)
    return (*(kind.objects.count() for kind in kinds), Send.history.count())


def test_the_example_of_the_template_passes() -> None:
    result = run(a_row())

    assert [row.status for row in result.rows] == ["created"]
    send = Send.objects.get()
    assert (send.status, send.audience_size, send.time_zone) == ("draft", 1200, "America/New_York")
    assert send.scheduled_at == datetime(2030, 6, 4, 14, 30, tzinfo=UTC)
    assert send.messages.get().body == EXAMPLE["message"]


def test_a_row_needs_no_more_than_what_the_form_needs() -> None:
    needed = ("name", "campaign", "destination_url", "utm_campaign")

    result = run({name: EXAMPLE[name] for name in needed})

    assert [row.status for row in result.rows] == ["created"]
    send = Send.objects.get()
    assert (send.channel.slug, send.utm_source, send.utm_medium) == ("sms", "sms", "text")


def test_who_imported_is_in_the_history() -> None:
    user = a_user()
    a_campaign()

    import_sends(rows=[a_row()], by=user, now=NOW)

    assert Send.objects.get().created_by == user
    assert Send.history.get().history_user == user


def test_importing_an_export_changes_nothing() -> None:
    send = a_send(
        audience_size=9, scheduled_at=NOW, time_zone="Europe/Paris", utm_term="trials", name="=1+1"
    )
    a_message(send, "One {link} STOP\r\n- two ", utm_content="version-a", share=70)
    a_message(send, "Two {link} STOP", utm_content="version-b", share=30)
    before = counts()

    result = run(exported(send))

    assert [row.status for row in result.rows] == ["unchanged"]
    assert counts() == (before[0], before[1], before[2], before[3])
    assert Message.history.count() == 2


def test_importing_a_file_twice_changes_nothing() -> None:
    rows = [a_row(), a_row(utm_campaign="demo-invite-q2", name="Demo invite")]
    assert run(*rows).count("created") == 2
    before = counts()

    result = run(*rows)

    assert [row.status for row in result.rows] == ["unchanged", "unchanged"]
    assert counts() == before


def test_a_dry_run_tells_the_same_and_leaves_no_trace() -> None:
    send = a_send("demo-invite-q2")
    a_campaign()
    before = counts()
    rows = [
        a_row(campaign="New one"),
        a_row(utm_campaign=send.utm_campaign, audience="Everybody"),
        a_row(utm_campaign="Not Good"),
    ]

    result = run(*rows, creates_campaigns=True, dry_run=True)

    assert [row.status for row in result.rows] == ["created", "updated", "rejected"]
    assert counts() == before
    assert Send.objects.get().audience == ""


def test_changes_are_told_one_by_one() -> None:
    send = a_send(audience="Trials", audience_size=5)

    result = run({**exported(send), "audience": "", "audience_size": "1,200"})

    assert [(change.field, change.old, change.new) for change in result.rows[0].changes] == [
        ("audience", "Trials", ""),
        ("audience_size", "5", "1200"),
    ]
    send.refresh_from_db()
    assert (send.audience, send.audience_size) == ("", 1200)


def test_a_column_the_file_does_not_have_leaves_its_value_alone() -> None:
    send = a_send(audience="Trials", audience_size=5)
    a_message(send)

    run({"utm_campaign": send.utm_campaign, "audience_size": "6"})

    send.refresh_from_db()
    assert (send.audience, send.audience_size, send.messages.count()) == ("Trials", 6, 1)


def test_a_bad_row_does_not_block_its_neighbours() -> None:
    result = run(a_row(utm_campaign="SMS Blast"), a_row(), a_row(name="", utm_campaign="demo-q2"))

    assert [row.status for row in result.rows] == ["rejected", "created", "rejected"]
    assert Send.objects.count() == 1


def test_a_broken_convention_is_told_with_a_suggestion_that_passes() -> None:
    first = run(a_row(utm_source="SMS", utm_campaign="Trial Reengagement June"))

    suggested = {error.field: error.suggestion for error in first.rows[0].errors}
    assert suggested["utm_source"] == "sms"
    assert run(a_row(**suggested)).count("created") == 1
    value = next(error.value for error in first.rows[0].errors if error.field == "utm_campaign")
    assert value == "Trial Reengagement June"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": ""}, (1, "name", "required", "")),
        ({"campaign": ""}, (1, "campaign", "required", "")),
        ({"destination_url": ""}, (1, "destination_url", "required", "")),
        ({"utm_campaign": ""}, (1, "utm_campaign", "required", "")),
        ({"name": "x" * 121}, (1, "name", "invalid", "")),
        ({"audience": "x" * 121}, (1, "audience", "invalid", "")),
        ({"audience": "a\0b"}, (1, "audience", "invalid", "")),
        ({"campaign": "a\0b"}, (1, "campaign", "invalid", "")),
        ({"utm_campaign": "a\0b"}, (1, "utm_campaign", "invalid", "")),
        ({"campaign": "Trial winback"}, (1, "campaign", "unknown", "Trial win-back")),
        ({"channel": "smss"}, (1, "channel", "unknown", "sms")),
        ({"audience_size": "many"}, (1, "audience_size", "invalid", "")),
        ({"audience_size": "-1"}, (1, "audience_size", "invalid", "")),
        ({"audience_size": "9" * 12}, (1, "audience_size", "invalid", "")),
        ({"scheduled_at": "soon"}, (1, "scheduled_at", "invalid", "")),
        ({"scheduled_at": "06/04/2030 10:00"}, (1, "scheduled_at", "invalid", "")),
        ({"scheduled_at": "2030-06-04"}, (1, "scheduled_at", "no-time", "2030-06-04 10:00")),
        ({"scheduled_at": "2030-13-04"}, (1, "scheduled_at", "invalid", "")),
        ({"time_zone": "new york"}, (1, "time_zone", "unknown", "America/New_York")),
        ({"destination_url": "not a page"}, (1, "destination_url", "invalid", "")),
        ({"destination_url": "javascript:alert(1)"}, (1, "destination_url", "invalid", "")),
        ({"id": "nonsense"}, (1, "id", "unknown", "")),
        ({"message": "x" * 1601}, (1, "message", "too-long", "")),
        ({"message": "a\0b"}, (1, "message", "invalid", "")),
        ({"share_a": "half"}, (1, "share_a", "invalid", "")),
        ({"share_a": "0"}, (1, "share_a", "invalid", "")),
        ({"share_b": "50"}, (1, "share_b", "no-message", "")),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_stored(
    fields: dict[str, str], error: tuple[int, str, str, str]
) -> None:
    result = run(a_row(**fields))

    assert told(result) == [error]
    assert not Send.objects.exists()


def test_every_wrong_cell_of_a_row_is_told() -> None:
    found = told(run(a_row(audience_size="x", channel="y", time_zone="z")))

    assert {field for _, field, _, _ in found} == {"audience_size", "channel", "time_zone"}


def test_a_channel_without_a_convention_is_told() -> None:
    NamingConvention.objects.update(status="retired")

    assert [(field, rule) for _, field, rule, _ in told(run(a_row()))] == [
        ("channel", "no-convention")
    ]


def test_the_same_send_twice_in_a_file_is_refused_the_second_time() -> None:
    result = run(a_row(), a_row(utm_campaign="TRIAL-reengagement-june"))

    assert told(result) == [(2, "utm_campaign", "repeated", "")]


def test_the_same_send_by_name_and_by_id_is_refused() -> None:
    send = a_send()

    result = run({"utm_campaign": send.utm_campaign}, {"id": str(send.pk), "audience": "x"})

    assert told(result) == [(2, "utm_campaign", "repeated", "")]


def test_an_id_finds_its_send_so_that_it_can_be_renamed() -> None:
    send = a_send()

    result = run({**exported(send), "utm_campaign": "demo-invite-q2"})

    assert result.count("updated") == 1
    send.refresh_from_db()
    assert send.utm_campaign == "demo-invite-q2"


def test_a_name_that_another_send_has_is_refused() -> None:
    a_send("demo-invite-q2")
    send = a_send()

    found = told(run({**exported(send), "utm_campaign": "demo-invite-q2"}))

    assert [(field, rule) for _, field, rule, _ in found] == [("utm_campaign", "already-used")]
    assert found[0][3]


def test_a_missing_campaign_is_made_only_on_request() -> None:
    user = a_user()

    import_sends(
        rows=[a_row(campaign="Summer"), a_row(campaign="summer", utm_campaign="demo-q3")],
        by=user,
        now=NOW,
        creates_campaigns=True,
    )

    campaign = Campaign.objects.get()
    assert (campaign.name, campaign.owner, campaign.sends.count()) == ("Summer", user, 2)


def test_a_campaign_made_for_a_refused_row_is_taken_back() -> None:
    result = run(
        a_row(campaign="Summer", utm_campaign="Bad Name"),
        a_row(campaign="Summer"),
        creates_campaigns=True,
    )

    assert [row.status for row in result.rows] == ["rejected", "created"]
    assert Campaign.objects.filter(name="Summer").count() == 1


def test_a_campaigns_name_that_is_too_long_is_refused() -> None:
    found = told(run(a_row(campaign="x" * 121), creates_campaigns=True))

    assert found == [(1, "campaign", "invalid", "")]


def test_a_status_is_never_imported() -> None:
    send = a_send()
    a_message(send)

    result = run({**exported(send), "status": "live"}, a_row(utm_campaign="demo-q2", status="live"))

    assert [row.status for row in result.rows] == ["unchanged", "created"]
    assert set(Send.objects.values_list("status", flat=True)) == {"draft"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("utm_campaign", "demo-invite-q2"),
        ("utm_source", "text"),
        ("destination_url", "https://example.com/other"),
        ("channel", "email"),
        ("message", "Something else {link}"),
    ],
)
def test_what_a_live_sends_links_carry_stays(column: str, value: str) -> None:
    send = a_send(status="live", live_at=NOW)
    a_message(send)

    before = exported(send)[column]

    result = run({**exported(send), column: value})

    assert told(result) == [(1, column, "frozen", before)]
    assert result.rows[0].errors[0].value == value


def test_a_live_sends_own_notes_can_change() -> None:
    send = a_send(status="live", live_at=NOW)
    a_message(send)

    assert run({**exported(send), "audience_size": "77"}).count("updated") == 1


def test_several_messages_are_versions_that_share_alike() -> None:
    run(a_row(message_b="Second {link} STOP", message_c="Third {link} STOP"))

    found = Message.objects.order_by("utm_content").values_list("utm_content", "share")
    assert list(found) == [("version-a", 34), ("version-b", 33), ("version-c", 33)]


def test_shares_can_be_given() -> None:
    run(a_row(message_b="Second {link} STOP", share_a="80%", share_b="20"))

    assert list(Message.objects.order_by("utm_content").values_list("share", flat=True)) == [80, 20]


def test_shares_that_miss_the_whole_are_told_at_their_column() -> None:
    result = run(a_row(message_b="Second {link} STOP", share_a="80", share_b="30"))

    assert told(result) == [(1, "share_b", "shares-sum", "20")]


def test_an_added_version_shares_anew_where_no_share_is_given() -> None:
    send = a_send()
    a_message(send, "One {link} STOP", utm_content="version-a", share=70)
    a_message(send, "Two {link} STOP", utm_content="version-b", share=30)

    run({"utm_campaign": send.utm_campaign, "message_c": "Three {link} STOP"})

    assert sorted(send.messages.values_list("share", flat=True)) == [33, 33, 34]


def test_an_emptied_message_goes_and_the_others_keep_their_names() -> None:
    send = a_send()
    first = a_message(send, "One {link} STOP", utm_content="version-a", share=50)
    second = a_message(send, "Two {link} STOP", utm_content="version-b", share=50)

    result = run({"utm_campaign": send.utm_campaign, "message": "", "message_b": second.body})

    assert result.count("updated") == 1
    assert list(send.messages.all()) == [second]
    assert not Message.objects.filter(pk=first.pk).exists()


def test_a_ready_send_that_loses_its_message_goes_back_to_draft_and_the_row_says_so() -> None:
    send = a_send(status="ready")
    a_message(send)

    result = run({**exported(send), "message": ""})

    assert ("status", "ready", "draft") in [
        (change.field, change.old, change.new) for change in result.rows[0].changes
    ]


def test_the_number_of_queries_for_unchanged_rows_does_not_grow(
    django_assert_max_num_queries: Any,
) -> None:
    rows = [exported(a_send(f"demo-q{number}")) for number in range(12)]
    a_campaign()

    with django_assert_max_num_queries(32):  # a savepoint's two for each row, six for the rest
        import_sends(rows=rows, by=None, now=NOW)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(st.sampled_from([*COLUMNS, "unknown"]), st.text(max_size=80), max_size=6))
def test_no_cell_whatever_it_holds_raises(fields: dict[str, str]) -> None:
    result = run(a_row(**fields), dry_run=True)

    assert result.rows[0].status in {"created", "rejected"}
