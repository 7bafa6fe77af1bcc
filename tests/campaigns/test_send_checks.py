"""Checking a send against its channel's convention."""

import pytest

from campaigns.models import Message
from campaigns.send_checks import check_send
from tests.campaigns.builders import NOW, a_send, an_unsaved_send

pytestmark = pytest.mark.django_db


def test_a_long_name_that_is_taken_gets_a_free_suggestion_of_the_same_length() -> None:
    a_send("x" * 60)

    verdict = check_send(an_unsaved_send("x" * 60), [], now=NOW)

    assert verdict.violations[0].rule == "already-used"
    assert verdict.violations[0].suggestion == "x" * 58 + "-2"


def test_unnamed_versions_are_named_before_they_are_judged() -> None:
    messages = [Message(body="a"), Message(body="b")]

    assert not check_send(an_unsaved_send(), messages, now=NOW).violations
    assert [message.utm_content for message in messages] == ["version-a", "version-b"]
