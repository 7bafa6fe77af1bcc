"""The journal read into clicks, touches, totals and people: each tap exactly once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.public_ids import encode_id, new_id
from links.models import Link
from tests.links.builders import make_link, make_message
from tests.tracking.builders import make_channel, make_identity, make_send
from tests.tracking.click_builders import NOW, a_journal, a_line, a_recipient
from tracking.journal import readers
from tracking.models import (
    Click,
    ClickTotal,
    Event,
    Identity,
    IdentityEdge,
    JournalCursor,
    PendingChange,
    Touchpoint,
)
from tracking.taps import ReadResult, forget_old_cursors, read_journals, unread_bytes

pytestmark = pytest.mark.django_db


def sms_link(code: str = "k7Qm2Xa", **fields: Any) -> Link:
    """Return the link of an SMS send's only message."""
    send = make_send(utm_campaign="demo-invite-q2")
    return make_link(code=code, send=send, message=make_message(send), **fields)


def write(folder: Path, *lines: bytes) -> None:
    """Write lines as one process that has ended since."""
    journal = a_journal(folder)
    for line in lines:
        journal.write(line)
    journal.close()


def read(folder: Path, **options: Any) -> ReadResult:
    return read_journals(folder=folder, now=NOW, **options)


def take(folder: Path, *lines: bytes) -> ReadResult:
    write(folder, *lines)
    return read(folder)


def test_a_persons_tap_is_a_click_and_a_touch_of_the_sends_channel(tmp_path: Path) -> None:
    link = sms_link()

    result = take(tmp_path, a_line(link, query="a=1", referrer="https://news.example/"))

    click, touch = Click.objects.get(), Touchpoint.objects.get()
    assert (result.click_count, result.touch_count) == (1, 1)
    assert (click.answer, click.link, click.query) == ("redirected", link, "a=1")
    assert (click.grade, click.reason) == ("likely", "browser")
    assert click.occurred_at == touch.occurred_at == NOW
    assert (touch.click, touch.link, touch.send, touch.message) == (
        click, link, link.send, link.message,
    )  # fmt: skip
    assert link.send is not None
    assert touch.campaign == link.send.campaign
    assert (touch.channel.slug, touch.channel_rule) == ("sms", None)
    assert touch.utm_campaign == "demo-invite-q2"
    assert (touch.evidence_grade, touch.identity, touch.exclusion) == (1, None, "")


def test_a_machines_tap_is_a_click_but_no_touch(tmp_path: Path) -> None:
    result = take(tmp_path, a_line(sms_link(), user_agent="curl/8.0"))

    assert Click.objects.get().grade == "machine"
    assert not Touchpoint.objects.exists()
    assert result.dropped == {"machine": 1}
    assert result.graded == {"http_tool": 1}


def test_people_and_machines_are_counted_by_day_and_link(tmp_path: Path) -> None:
    link = sms_link()
    take(tmp_path, *(a_line(link) for _ in range(3)), a_line(link, method="HEAD"))
    take(tmp_path, a_line(link), a_line(link, seconds=86_400))

    totals = ClickTotal.objects.order_by("date").values_list("human_count", "machine_count")
    assert list(totals) == [(4, 1), (1, 0)]


def test_an_unknown_code_is_an_orphan_and_counts_nowhere(tmp_path: Path) -> None:
    take(tmp_path, a_line(path="/misprinted"))

    click = Click.objects.get()
    assert (click.answer, click.link, click.path) == ("unknown_code", None, "/misprinted")
    assert list(Click.objects.orphan()) == [click]
    assert not ClickTotal.objects.exists()


def test_a_link_without_a_send_gets_its_channel_from_the_rules(tmp_path: Path) -> None:
    make_channel("email", "Email")
    link = make_link(utm_source="newsletter", utm_medium="email")

    take(tmp_path, a_line(link))

    touch = Touchpoint.objects.get()
    assert touch.channel.slug == "email"
    assert touch.channel_rule is not None
    assert touch.rule_set_version


def test_a_visitors_ad_click_id_names_the_channel_of_a_bare_link(tmp_path: Path) -> None:
    link = make_link(utm_source="", utm_medium="", utm_campaign="")

    take(tmp_path, a_line(link, query="gclid=abc&x=1"))

    touch = Touchpoint.objects.get()
    assert touch.click_ids == {"gclid": "abc"}
    assert touch.channel_rule is not None
    assert any("gclid" in str(part) for part in touch.channel_rule.conditions)


def test_a_visitors_tags_on_a_bare_link_are_the_touchs(tmp_path: Path) -> None:
    link = make_link(utm_source="", utm_medium="text", utm_campaign="")
    query = f"utm_source=sms&utm_medium=email&utm_campaign={'x' * 300}"

    take(tmp_path, a_line(link, query=query))

    touch = Touchpoint.objects.get()
    assert (touch.utm_source, touch.utm_medium, touch.channel.slug) == ("sms", "text", "sms")
    assert touch.utm_campaign == "x" * 100


def test_a_recipients_tap_names_the_person_by_phone_and_mail(tmp_path: Path) -> None:
    link = sms_link()
    recipient = a_recipient(link, "abc234", phone="+14155550100", email="ann@acme.example")

    take(tmp_path, a_line(link, suffix="abc234"))

    click, touch = Click.objects.get(), Touchpoint.objects.get()
    assert click.recipient == recipient
    assert touch.identity is not None
    assert (touch.identity.kind, touch.identity.value) == ("recipient", str(recipient.pk))
    known = touch.identity.person.identities.order_by("kind").values_list("kind", "value")
    assert list(known) == [
        ("email", "ann@acme.example"),
        ("phone", "+14155550100"),
        ("recipient", str(recipient.pk)),
    ]
    kinds = IdentityEdge.objects.live().values_list("kind", flat=True)
    assert list(kinds) == ["recipient_link", "recipient_link"]


def test_a_second_tap_ties_nothing_again(tmp_path: Path) -> None:
    link = sms_link()
    a_recipient(link, "abc234")
    take(tmp_path, a_line(link, suffix="abc234"))
    edges = IdentityEdge.objects.count()

    take(tmp_path, a_line(link, suffix="abc234", seconds=600))

    assert Touchpoint.objects.count() == 2
    assert IdentityEdge.objects.count() == edges


def test_the_persons_origin_and_the_change_are_noted(tmp_path: Path) -> None:
    link = sms_link()
    a_recipient(link, "abc234")

    take(tmp_path, a_line(link, suffix="abc234"))

    touch = Touchpoint.objects.get()
    assert touch.identity is not None
    person = touch.identity.person
    assert person.originated_at == NOW
    assert (person.original_send, person.original_utm_campaign) == (link.send, "demo-invite-q2")
    notes = PendingChange.objects.filter(cause="late_touch")
    assert [note.subject_id for note in notes] == [person.pk]


def test_an_unknown_suffix_is_a_touch_of_nobody(tmp_path: Path) -> None:
    take(tmp_path, a_line(sms_link(), suffix="zzzzzz"))

    assert Touchpoint.objects.get().identity is None
    assert Click.objects.get().recipient is None


def test_a_suffix_of_another_link_names_nobody(tmp_path: Path) -> None:
    link = sms_link()
    a_recipient(make_link(code="another"), "abc234")
    a_recipient(link, "def567")

    take(tmp_path, a_line(link, suffix="abc234"), a_line(link, suffix="def567"))

    assert Click.objects.filter(recipient=None).count() == 1


def test_a_visit_that_came_before_its_tap_was_read_confirms_it(tmp_path: Path) -> None:
    click_id = new_id()
    visit = make_identity("click", encode_id(click_id))
    event = Event.objects.create(
        origin="t", event_id="1", name="visit", occurred_at=NOW, received_at=NOW, click_id=click_id
    )

    take(tmp_path, a_line(sms_link(), click_id=click_id))

    touch = Touchpoint.objects.get()
    assert touch.identity == visit
    assert touch.evidence_grade == 0
    assert Click.objects.get().grade == "confirmed"
    event.refresh_from_db()
    assert event.touchpoint == touch
    assert PendingChange.objects.get(cause="late_touch").subject_id == visit.person_id


def test_a_confirmed_recipients_tap_joins_both_identities(tmp_path: Path) -> None:
    link, click_id = sms_link(), new_id()
    a_recipient(link, "abc234")
    visit = make_identity("click", encode_id(click_id))

    take(tmp_path, a_line(link, click_id=click_id, suffix="abc234"))

    touch = Touchpoint.objects.get()
    visit.refresh_from_db()
    assert touch.identity is not None
    assert touch.identity.kind == Identity.Kind.RECIPIENT
    assert touch.identity.person == visit.person


def test_a_machines_tap_is_not_confirmed_by_a_visit(tmp_path: Path) -> None:
    click_id = new_id()
    make_identity("click", encode_id(click_id))

    take(tmp_path, a_line(sms_link(), click_id=click_id, user_agent="curl/8.0"))

    assert Click.objects.get().grade == "machine"


def test_reading_again_changes_nothing(tmp_path: Path) -> None:
    take(tmp_path, a_line(sms_link()))

    assert read(tmp_path).click_count == 0
    assert Click.objects.count() == 1


def test_a_line_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    line = a_line(sms_link())

    result = take(tmp_path, line, line)

    assert (result.click_count, result.duplicate_count) == (1, 1)
    assert ClickTotal.objects.get().human_count == 1


def test_a_file_read_from_its_start_again_adds_only_what_is_new(tmp_path: Path) -> None:
    link = sms_link()
    known, fresh = a_line(link), a_line(link)
    take(tmp_path, known)

    result = take(tmp_path, known, fresh)

    assert (result.click_count, result.touch_count, result.duplicate_count) == (1, 1, 1)
    assert Touchpoint.objects.count() == ClickTotal.objects.get().human_count == 2


def test_a_broken_line_is_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    link = sms_link()
    journal = a_journal(tmp_path)
    for line in (a_line(link), b"no line of ours\n", a_line(link)):
        journal.write(line)

    result = read(tmp_path)

    assert (result.click_count, result.rejected_count) == (2, 1)
    assert JournalCursor.objects.get().rejected_count == 1


def test_a_torn_rest_of_a_dead_writer_is_counted_and_its_file_removed(tmp_path: Path) -> None:
    result = take(tmp_path, a_line(sms_link()), b"1\t178152480")

    assert (result.click_count, result.rejected_count, result.files_removed) == (1, 1, 1)
    assert readers(tmp_path) == []


def test_bytes_that_postgresql_cannot_store_stop_nothing(tmp_path: Path) -> None:
    take(tmp_path, a_line(path="/\x00\xff\t\n" + "x" * 3000, user_agent="\\N \\. \x00"))

    assert Click.objects.get().path.startswith("/\ufffd\ufffd\t\n")


def test_taps_lost_to_a_full_disk_are_reported(tmp_path: Path) -> None:
    assert take(tmp_path, b"L\t1781524800000000\t17\n").lost_count == 17


def test_a_living_writers_file_is_kept_and_read_on(tmp_path: Path) -> None:
    link, journal = sms_link(), a_journal(tmp_path)
    journal.write(a_line(link))
    first = read(tmp_path)
    journal.write(a_line(link))
    second = read(tmp_path)

    assert (first.click_count, second.click_count) == (1, 1)
    assert (first.files_removed, second.files_removed) == (0, 0)
    assert JournalCursor.objects.get().position == readers(tmp_path)[0].size()


def test_a_finished_file_and_its_cursor_are_removed(tmp_path: Path) -> None:
    result = take(tmp_path, a_line(sms_link()))

    assert result.files_removed == 1
    assert readers(tmp_path) == []
    assert not JournalCursor.objects.exists()


def test_long_files_are_read_in_batches_to_their_end(tmp_path: Path) -> None:
    link = sms_link()
    write(tmp_path, *(a_line(link) for _ in range(7)))
    moved: list[int] = []

    result = read(tmp_path, batch=3, progress=moved.append)

    assert result.click_count == 7
    assert len(moved) == 3


def test_reading_stops_between_two_batches_when_asked(tmp_path: Path) -> None:
    link = sms_link()
    write(tmp_path, *(a_line(link) for _ in range(7)))
    answers = iter([False, True])

    result = read(tmp_path, batch=3, should_stop=lambda: next(answers))

    assert (result.click_count, result.files_removed) == (3, 0)
    assert read(tmp_path).click_count == 4


def test_what_is_unread_is_known_in_bytes(tmp_path: Path) -> None:
    link, journal = sms_link(), a_journal(tmp_path)
    journal.write(a_line(link))
    read(tmp_path)
    line = a_line(link)
    journal.write(line)

    assert unread_bytes(folder=tmp_path) == len(line)


def test_a_folder_that_does_not_exist_has_nothing_to_read(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere").click_count == 0


def test_cursors_of_files_removed_long_ago_are_forgotten() -> None:
    JournalCursor.objects.create(file="old", read_at=NOW - timedelta(days=31))
    JournalCursor.objects.create(file="recent", read_at=NOW - timedelta(days=29))

    assert forget_old_cursors(now=NOW) == 1
    assert JournalCursor.objects.get().file == "recent"


def test_a_batch_costs_the_same_queries_however_many_taps_it_has(tmp_path: Path) -> None:
    link = sms_link()
    for number in range(14):
        a_recipient(link, f"abc2{number:02d}", phone="", phone_hash=str(number))

    def statements(first: int, last: int) -> list[str]:
        lines = [
            a_line(link, suffix=f"abc2{number:02d}", seconds=number * 60)
            for number in range(first, last)
        ]
        write(tmp_path, *lines, *(a_line(make_link(code=f"own{n}")) for n in range(first, last)))
        with CaptureQueriesContext(connection) as queries:
            assert read(tmp_path).touch_count == (last - first) * 2
        return [query["sql"] for query in queries]

    few, many = statements(0, 2), statements(2, 14)
    assert len(few) == len(many), "\n".join(many)


def test_an_earlier_origin_is_kept(tmp_path: Path) -> None:
    link = sms_link()
    a_recipient(link, "abc234")
    take(tmp_path, a_line(link, suffix="abc234"))

    take(tmp_path, a_line(link, suffix="abc234", seconds=600))

    person = Identity.objects.get(kind="recipient").person
    assert person.originated_at == NOW


def test_a_tap_read_late_becomes_the_origin(tmp_path: Path) -> None:
    link = sms_link()
    a_recipient(link, "abc234")
    take(tmp_path, a_line(link, suffix="abc234"))

    take(tmp_path, a_line(link, suffix="abc234", seconds=-600))

    person = Identity.objects.get(kind="recipient").person
    assert person.originated_at == NOW - timedelta(seconds=600)
