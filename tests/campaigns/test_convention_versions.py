"""Conventions: drafted, published, replaced."""

import pytest
from django.db import IntegrityError, transaction

from campaigns.convention_versions import (
    ConventionNotDraftError,
    ConventionUnsoundError,
    delete_draft,
    draft_new_version,
    next_version_number,
    publish_convention,
    save_draft,
)
from campaigns.models import Channel, ConventionToken, NamingConvention
from campaigns.send_checks import check_send
from tests.campaigns.builders import NOW, a_channel, a_convention, a_user, an_unsaved_send

pytestmark = pytest.mark.django_db


def a_draft() -> NamingConvention:
    return draft_new_version(convention=a_convention(), by=None)


def test_the_shipped_channels_have_colours_of_their_own() -> None:
    colors = list(Channel.objects.values_list("color", flat=True))

    assert len(colors) == 21
    assert len(set(colors)) == 21


def test_the_shipped_convention_is_published_and_takes_the_missions_names() -> None:
    for name in ("trial-reengagement-june", "demo-invite-q2"):
        assert not check_send(an_unsaved_send(name), [], now=NOW).violations


def test_a_new_version_starts_as_a_copy() -> None:
    old = a_convention()

    draft = a_draft()

    assert (draft.version, draft.status) == (2, "draft")
    assert draft.token != old.token
    assert draft.sources == old.sources
    assert [t.name for t in draft.tokens.all()] == [t.name for t in old.tokens.all()]
    assert old.tokens.count() == 2


def test_publishing_retires_the_version_before() -> None:
    old, draft, alice = a_convention(), a_draft(), a_user("alice")

    published = publish_convention(convention=draft, by=alice, now=NOW)

    old.refresh_from_db()
    assert old.status == "retired"
    assert (published.status, published.published_by, published.published_at) == (
        "published",
        alice,
        NOW,
    )
    assert a_convention() == draft


def test_the_new_rules_count_at_once() -> None:
    draft = a_draft()
    draft.sources = ["text"]
    draft.save()
    publish_convention(convention=draft, by=None, now=NOW)

    verdict = check_send(an_unsaved_send(), [], now=NOW)

    assert [v.rule for v in verdict.violations] == ["approved-values"]
    assert verdict.convention == draft


def test_a_published_version_cannot_be_published_again() -> None:
    with pytest.raises(ConventionNotDraftError):
        publish_convention(convention=a_convention(), by=None, now=NOW)


def test_an_unsound_draft_is_refused_with_its_faults() -> None:
    draft = a_draft()
    draft.sources = ["SMS"]
    draft.save()

    with pytest.raises(ConventionUnsoundError) as caught:
        publish_convention(convention=draft, by=None, now=NOW)

    assert "“SMS”" in caught.value.faults[0]
    assert a_convention().version == 1


def parts_of(convention: NamingConvention) -> list[tuple[int, str]]:
    return [(part.position, part.name) for part in convention.tokens.all()]


def test_parts_exchange_their_places_and_names() -> None:
    draft = a_draft()
    topic, period = draft.tokens.all()
    topic.name, period.name = period.name, topic.name

    save_draft(convention=draft, parts=[period, topic], by=None)

    assert [part.pk for part in draft.tokens.all()] == [period.pk, topic.pk]
    assert parts_of(draft) == [(1, "topic"), (2, "period")]


def test_parts_come_and_go_and_history_tells_only_of_what_changed() -> None:
    draft, alice = a_draft(), a_user("alice")
    topic = draft.tokens.get(name="topic")
    wave = ConventionToken(name="wave", kind="number")

    save_draft(convention=draft, parts=[topic, wave], by=alice)

    assert parts_of(draft) == [(1, "topic"), (2, "wave")]
    history = ConventionToken.history.filter(history_user=alice)
    assert {(row.name, row.history_type) for row in history} == {("wave", "+"), ("period", "-")}


def test_a_draft_keeps_its_parts_where_none_are_named() -> None:
    draft = a_draft()
    draft.sources = ["rcs"]

    save_draft(convention=draft, by=None)

    assert parts_of(draft) == [(1, "topic"), (2, "period")]


def test_a_new_draft_gets_the_next_number() -> None:
    draft = NamingConvention(channel=a_channel(), sources=["sms"], mediums=["text"])

    save_draft(convention=draft, parts=[ConventionToken(name="topic")], by=None)

    assert (draft.version, parts_of(draft)) == (2, [(1, "topic")])


def test_a_draft_is_deleted_with_its_parts() -> None:
    draft, alice = a_draft(), a_user("alice")

    delete_draft(convention=draft, by=alice)

    assert NamingConvention.objects.count() == 1
    assert ConventionToken.objects.count() == 2
    assert NamingConvention.history.filter(history_type="-").get().history_user == alice


def test_a_published_version_is_neither_saved_nor_deleted() -> None:
    convention = a_convention()
    convention.sources = ["x"]

    with pytest.raises(ConventionNotDraftError):
        save_draft(convention=convention, by=None)
    with pytest.raises(ConventionNotDraftError):
        delete_draft(convention=convention, by=None)

    assert a_convention().sources == ["sms"]


def test_a_channel_without_conventions_starts_with_version_one() -> None:
    assert next_version_number(a_channel("email")) == 1


def test_the_database_keeps_one_published_version_per_channel() -> None:
    draft = a_draft()

    with pytest.raises(IntegrityError, match="one_published"), transaction.atomic():
        NamingConvention.objects.filter(pk=draft.pk).update(status="published")
