"""What campaigns itself checks before a send goes live."""

from datetime import timedelta

import pytest

from campaigns.models import NamingConvention, Send
from campaigns.preflight import Level
from campaigns.send_checks import check_send, plan_checks
from tests.campaigns.builders import NOW, a_message, a_send, an_unsaved_send

pytestmark = pytest.mark.django_db


def found(send: Send) -> dict[str, tuple[Level, str]]:
    return {result.code: (result.level, result.message) for result in plan_checks(send, NOW)}


def test_a_sound_send_has_only_good_news() -> None:
    send = a_send()
    a_message(send)

    results = found(send)

    assert set(results) == {"convention", "link-mark", "segments"}
    assert {level for level, _ in results.values()} == {Level.OK}


def test_every_result_says_where_to_mend_it() -> None:
    send = a_send(utm_source="twilio")
    a_message(send, "no mark")

    assert all(str(send.pk) in result.fix_url for result in plan_checks(send, NOW))


def test_a_withdrawn_convention_is_an_error() -> None:
    send = a_send()
    NamingConvention.objects.update(status="retired")

    assert found(send)["convention-missing"][0] == Level.ERROR


def test_wording_without_an_opt_out_is_a_warning() -> None:
    send = a_send()
    a_message(send, "Come back: {link}")

    assert found(send)["opt-out-missing"][0] == Level.WARNING


def test_a_second_mark_is_a_warning() -> None:
    send = a_send()
    a_message(send, "{link} or {link}. Reply STOP")

    assert found(send)["link-mark-repeated"][0] == Level.WARNING


def test_the_letter_that_makes_a_text_dearer_is_named() -> None:
    send = a_send()
    a_message(send, "Don’t wait any longer, your trial is about to end: {link} Reply STOP")

    level, message = found(send)["segments-unicode"]
    assert level == Level.WARNING
    assert "2 segments because of ’" in message
    assert "Without it: 1" in message


def test_a_planned_time_that_has_passed_is_a_warning() -> None:
    send = a_send(scheduled_at=NOW - timedelta(hours=1))

    assert found(send)["schedule-past"][0] == Level.WARNING


def test_a_long_name_that_is_taken_gets_a_free_suggestion_of_the_same_length() -> None:
    a_send("x" * 60)

    verdict = check_send(an_unsaved_send("x" * 60), [], now=NOW)

    assert verdict.violations[0].rule == "already-used"
    assert verdict.violations[0].suggestion == "x" * 58 + "-2"
