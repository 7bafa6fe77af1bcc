"""Conventions: drafted, published, replaced."""

import pytest
from django.db import IntegrityError, transaction

from campaigns.convention_versions import (
    ConventionNotDraftError,
    ConventionUnsoundError,
    draft_new_version,
    next_version_number,
    publish_convention,
)
from campaigns.models import Channel, NamingConvention
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


def test_a_channel_without_conventions_starts_with_version_one() -> None:
    assert next_version_number(a_channel("email")) == 1


def test_the_database_keeps_one_published_version_per_channel() -> None:
    draft = a_draft()

    with pytest.raises(IntegrityError, match="one_published"), transaction.atomic():
        NamingConvention.objects.filter(pk=draft.pk).update(status="published")
