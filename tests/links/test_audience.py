"""Uploading an audience: every kind of row, versions, batches, collisions."""

import pytest
from django.conf import settings

from campaigns.models import Send, Suppression
from campaigns.phone_numbers import hash_phone
from links import audience, services
from links.audience import RowStatus, upload_recipients
from links.holdout import is_held_out
from links.models import HeldOutRecipient, Link, RecipientLink
from links.version_split import version_for
from tests.links.builders import NOW, make_domain, make_message, make_send, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def send():
    make_domain()
    send = make_send()
    make_message(send)
    services.sync_send_links(send, NOW)
    return send


def number(place: int) -> str:
    return f"+1415555{place:04d}"


def upload(send, *phones: str, **details: str) -> audience.UploadResult:
    return upload_recipients(send=send, rows=people(*phones, **details), now=NOW)


def test_a_recipient_gets_the_links_code_and_six_characters(send) -> None:
    result = upload(send, "(415) 555-0100", email="Ann@Example.com", external_id="7", name="Ann")
    recipient = RecipientLink.objects.get()
    assert result.counts == {RowStatus.NEW: 1}
    assert recipient.phone == "+14155550100"
    assert (recipient.email, recipient.external_id, recipient.name) == (
        "ann@example.com",
        "7",
        "Ann",
    )
    assert len(recipient.suffix) == 6
    assert recipient.short_url == f"{Link.objects.get().short_url}{recipient.suffix}"


def test_uploading_again_changes_nothing(send) -> None:
    upload(send, number(100))
    before = list(RecipientLink.objects.values())
    result = upload(send, number(100), name="Another name")
    assert result.counts == {RowStatus.DUPLICATE: 1}
    assert list(RecipientLink.objects.values()) == before


def test_a_number_twice_in_one_file_is_told_with_the_first_row(send) -> None:
    result = upload(send, number(100), "415 555 0100")
    assert [row.status for row in result.results] == ["new", "duplicate"]
    assert "row 1" in result.results[1].message


@pytest.mark.parametrize("phone", ["abc", "12", "+999 1"])
def test_what_is_no_phone_number_is_invalid_and_the_rest_goes_on(send, phone: str) -> None:
    result = upload(send, phone, number(100))
    assert [row.status for row in result.results] == ["invalid", "new"]
    assert "is not a phone number" in result.results[0].message


def test_a_value_that_is_too_long_is_invalid(send) -> None:
    result = upload(send, number(100), name="x" * 121)
    assert result.results[0].message == "name is longer than 120 characters."


def test_what_is_no_email_is_invalid(send) -> None:
    result = upload(send, number(100), email="nobody")
    assert "is not an e-mail address" in result.results[0].message


def test_an_opted_out_number_gets_no_link(send, settings) -> None:
    Suppression.objects.create(
        phone_hash=hash_phone(number(100), settings.HASH_KEY), suppressed_at=NOW
    )
    result = upload(send, number(100))
    assert result.counts == {RowStatus.OPTED_OUT: 1}
    assert not RecipientLink.objects.exists()


def test_whoever_opts_out_after_the_upload_is_told_as_that(send, settings) -> None:
    upload(send, number(100))
    Suppression.objects.create(
        phone_hash=hash_phone(number(100), settings.HASH_KEY), suppressed_at=NOW
    )
    assert upload(send, number(100)).counts == {RowStatus.OPTED_OUT: 1}


def test_people_held_out_get_no_link_and_stay_so(send) -> None:
    Send.objects.update(holdout_percent=30)
    phones = [number(place) for place in range(60)]
    first = upload(send, *phones)
    held_out = set(HeldOutRecipient.objects.values_list("phone", flat=True))
    assert first.counts == {RowStatus.HELD_OUT: len(held_out), RowStatus.NEW: 60 - len(held_out)}
    assert not RecipientLink.objects.filter(phone__in=held_out).exists()
    assert upload(send, *phones).counts == {RowStatus.DUPLICATE: 60}
    due = {
        phone for phone in phones if is_held_out(hash_phone(phone, settings.HASH_KEY), send.pk, 30)
    }
    assert held_out == due


def test_results_come_in_the_files_order_across_batches(send, monkeypatch) -> None:
    monkeypatch.setattr(audience, "BATCH_SIZE", 2)
    result = upload(send, number(1), "x", number(1), number(2), number(3))
    assert [(row.row, row.status) for row in result.results] == [
        (1, "new"),
        (2, "invalid"),
        (3, "duplicate"),
        (4, "new"),
        (5, "new"),
    ]


def test_with_a_listener_no_results_are_kept(send, monkeypatch) -> None:
    monkeypatch.setattr(audience, "BATCH_SIZE", 2)
    heard: list[int] = []
    rows = iter(people(*(number(place) for place in range(5))))
    result = upload_recipients(
        send=send, rows=rows, now=NOW, on_batch=lambda batch: heard.append(len(batch))
    )
    assert heard == [2, 2, 1]
    assert result.results == []
    assert result.total == 5


def test_an_error_on_the_way_leaves_nothing_half_imported(send, monkeypatch) -> None:
    monkeypatch.setattr(audience, "BATCH_SIZE", 2)

    def rows():
        yield from people(*(number(place) for place in range(3)))
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="disk"):
        upload_recipients(send=send, rows=rows(), now=NOW)
    assert not RecipientLink.objects.exists()


def test_a_taken_suffix_is_drawn_again(send, monkeypatch) -> None:
    upload(send, number(1))
    taken = RecipientLink.objects.get().suffix
    drawn = iter([[taken], [taken], ["abc234"]])
    monkeypatch.setattr(audience, "random_suffixes", lambda count: next(drawn))
    assert upload(send, number(2)).counts == {RowStatus.NEW: 1}
    assert RecipientLink.objects.get(phone=number(2)).suffix == "abc234"


def test_versions_share_the_audience_as_planned_and_stay_with_their_numbers() -> None:
    make_domain()
    send = make_send()
    make_message(send, "version-a", share=80)
    make_message(send, "version-b", share=20)
    services.sync_send_links(send, NOW)
    upload(send, *(number(place) for place in range(500)))
    shares = {
        version: RecipientLink.objects.filter(link__utm_content=version).count()
        for version in ("version-a", "version-b")
    }
    assert sum(shares.values()) == 500
    assert 360 < shares["version-a"] < 440
    chosen = dict(RecipientLink.objects.values_list("phone", "link__utm_content"))
    RecipientLink.objects.all().delete()
    upload(send, *(number(place) for place in range(500)))
    assert dict(RecipientLink.objects.values_list("phone", "link__utm_content")) == chosen


def test_only_versions_that_were_not_replaced_get_new_people_and_links_are_kept() -> None:
    make_domain()
    send = make_send()
    first = make_message(send, "version-a", share=50)
    make_message(send, "version-b", share=50)
    services.sync_send_links(send, NOW)
    upload(send, *(number(place) for place in range(40)))
    before = dict(RecipientLink.objects.values_list("phone", "link__utm_content"))
    first.retired_at = NOW
    first.save()
    make_message(send, "version-c", share=50, replaces=first)
    services.sync_send_links(send, NOW)
    result = upload(send, *(number(place) for place in range(80)))
    after = dict(RecipientLink.objects.values_list("phone", "link__utm_content"))
    assert result.counts == {RowStatus.DUPLICATE: 40, RowStatus.NEW: 40}
    assert {phone: after[phone] for phone in before} == before
    assert {after[phone] for phone in after.keys() - before.keys()} == {"version-b", "version-c"}


def test_the_version_is_the_one_that_an_auditor_computes() -> None:
    make_domain()
    send = make_send()
    shares = {"version-a": 50, "version-b": 30, "version-c": 20}
    for version, share in shares.items():
        make_message(send, version, share=share)
    services.sync_send_links(send, NOW)
    upload(send, *(number(place) for place in range(60)))
    given = RecipientLink.objects.values_list("phone_hash", "link__utm_content")
    assert {version_for(phone_hash, send.pk, shares) for phone_hash, _ in given} == shares.keys()
    assert all(version_for(phone_hash, send.pk, shares) == version for phone_hash, version in given)


def test_a_send_whose_versions_were_all_replaced_takes_nobody(send) -> None:
    send.messages.update(retired_at=NOW)
    with pytest.raises(audience.NoLinkForAudienceError, match="no message"):
        upload(send, number(1))


def test_another_send_splits_the_same_numbers_anew() -> None:
    make_domain()
    splits = []
    for name in ("demo-invite-q2", "demo-invite-q3"):
        send = make_send(name)
        make_message(send, "version-a", share=50)
        make_message(send, "version-b", share=50)
        services.sync_send_links(send, NOW)
        upload(send, *(number(place) for place in range(60)))
        rows = RecipientLink.objects.filter(link__send=send).order_by("phone")
        splits.append(list(rows.values_list("link__utm_content", flat=True)))
    assert splits[0] != splits[1]


@pytest.mark.parametrize("status", ["done", "cancelled"])
def test_a_send_that_is_over_takes_nobody(send, status: str) -> None:
    send.status = status
    with pytest.raises(audience.AudienceClosedError):
        upload(send, number(1))


def test_a_send_without_messages_takes_nobody() -> None:
    with pytest.raises(audience.NoLinkForAudienceError):
        upload(make_send(), number(1))
