"""What a send's own plan must satisfy before it is ready."""

from datetime import timedelta

import pytest

from campaigns.models import NamingConvention, Send, SendingPolicy
from campaigns.plan_checks import plan_checks
from campaigns.preflight import Level
from tests.campaigns.builders import NOW, a_message, a_send

pytestmark = pytest.mark.django_db


def found(send: Send) -> dict[str, tuple[Level, str]]:
    return {result.code: (result.level, result.message) for result in plan_checks(send, NOW)}


def test_a_sound_send_has_only_good_news() -> None:
    send = a_send(audience_size=1200)
    a_message(send)

    results = found(send)

    assert set(results) == {"convention", "link-mark", "segments", "recipients"}
    assert {level for level, _ in results.values()} == {Level.OK}


def test_every_result_says_where_to_mend_it() -> None:
    send = a_send(utm_source="twilio")
    a_message(send, "no mark")

    page, _, field = plan_checks(send, NOW)[0].fix_url.partition("#")
    assert all(str(send.pk) in result.fix_url for result in plan_checks(send, NOW))
    assert (page, field) == (f"/admin/campaigns/send/{send.pk}/change/", "id_utm_source")


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


def test_several_versions_say_how_they_share_the_recipients() -> None:
    send = a_send()
    a_message(send, utm_content="version-a", share=70)
    a_message(send, utm_content="version-b", share=30)

    assert found(send)["versions"] == (Level.OK, "2 versions share the recipients 70 / 30.")


def test_versions_that_do_not_share_everybody_are_an_error() -> None:
    send = a_send()
    a_message(send, utm_content="version-a", share=70)
    a_message(send, utm_content="version-b", share=20)

    level, message = found(send)["convention-shares-sum"]
    assert level == Level.ERROR
    assert message == "The versions’ shares sum to 90 %, not to 100 %. Try “30”."


def test_a_replaced_version_is_not_judged() -> None:
    send = a_send(status="live")
    a_message(send, "no link, no way out", utm_content="version-a", retired_at=NOW)
    a_message(send, utm_content="version-b")

    assert not {"link-mark-missing", "opt-out-missing", "versions"} & set(found(send))


def test_no_planned_recipients_are_a_warning() -> None:
    assert found(a_send())["recipients-missing"][0] == Level.WARNING


def test_a_text_longer_than_the_policy_allows_is_a_warning() -> None:
    SendingPolicy.objects.update(most_segments=1)
    send = a_send()
    a_message(send, "x" * 200 + " {link} Reply STOP")

    level, message = found(send)["segments-many"]
    assert level == Level.WARNING
    assert "takes 2 segments; the policy asks for 1 segment at most" in message


def test_a_landing_page_without_https_is_a_warning() -> None:
    send = a_send(destination_url="http://example.com/trial")

    assert found(send)["destination-not-https"][0] == Level.WARNING


def test_a_versions_own_landing_page_without_https_is_a_warning_that_names_it() -> None:
    send = a_send()
    a_message(send, utm_content="version-a", destination_url="http://example.com/a")

    assert "landing page of version-a" in found(send)["destination-not-https"][1]


def test_a_time_zone_that_does_not_exist_is_an_error() -> None:
    level, message = found(a_send(time_zone="Mars/Olympus"))["time-zone-unknown"]

    assert level == Level.ERROR
    assert "“Mars/Olympus” is no time zone" in message
