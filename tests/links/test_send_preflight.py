"""What the links of a send must satisfy before it goes live."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.preflight import CheckResult, Level, run_checks
from links import services
from links.models import Link
from links.send_preflight import check_send_links
from tests.links.builders import make_check, make_domain, make_message, make_send

pytestmark = pytest.mark.django_db


@pytest.fixture
def send():
    make_domain()
    send = make_send()
    make_message(send)
    services.sync_send_links(send, timezone.now())
    return send


def check_both(*, is_ok: bool = True, age: timedelta = timedelta()) -> None:
    for link in Link.objects.all():
        for device in ("iphone", "android", "desktop"):
            make_check(link, device, is_ok=is_ok, checked_at=timezone.now() - age)


def results(send) -> list[CheckResult]:
    return check_send_links(send, timezone.now())


def codes(send, level: Level = Level.ERROR) -> list[str]:
    return [result.code for result in results(send) if result.level == level]


def test_a_checked_link_is_in_order(send) -> None:
    check_both()
    assert codes(send) == []
    assert codes(send, Level.OK) == ["links-checked"]


def test_the_check_is_registered_with_the_send(send) -> None:
    assert "link-unchecked" in {result.code for result in run_checks(send, now=timezone.now())}


def test_a_link_that_was_never_checked_stands_against_it_once_for_all_devices(send) -> None:
    (result,) = results(send)
    assert result.code == "link-unchecked"
    assert "on iPhone, Android and Desktop: not checked yet" in result.message
    assert result.fix_url == f"/admin/links/link/check-send/{send.pk}/"


def test_a_check_on_the_phone_alone_is_not_enough(send) -> None:
    make_check(Link.objects.get(), "iphone", checked_at=timezone.now())
    (result,) = results(send)
    assert "on Android and Desktop:" in result.message


def test_a_check_that_is_too_old_stands_against_it(send, settings) -> None:
    Link.objects.update(updated_at=timezone.now() - timedelta(days=9))
    check_both(age=timedelta(hours=settings.LINK_CHECK_FRESH_HOURS + 1))
    assert codes(send) == ["link-check-old"]


def test_a_check_from_before_the_links_last_change_stands_against_it(send) -> None:
    check_both()
    Link.objects.update(updated_at=timezone.now() + timedelta(seconds=1))
    assert codes(send) == ["link-check-old"]


def test_only_the_newest_check_counts(send) -> None:
    Link.objects.update(updated_at=timezone.now() - timedelta(days=1))
    check_both(is_ok=False, age=timedelta(minutes=5))
    check_both()
    assert codes(send) == []


def test_a_failed_check_stands_against_it_with_its_words(send) -> None:
    check_both(is_ok=False)
    (result,) = results(send)
    assert result.code == "link-final-status"
    assert result.message.endswith("on iPhone, Android and Desktop: It ends in a 404.")


def test_a_warning_does_not_stand_against_it(send) -> None:
    warning = {"code": "extra-redirects", "message": "Two.", "severity": "warning"}
    check_both()
    from links.models import LinkCheck

    LinkCheck.objects.update(problems=[warning])
    assert codes(send) == []
    assert codes(send, Level.WARNING) == ["link-extra-redirects"]


def test_a_send_without_messages_has_no_link() -> None:
    assert codes(make_send()) == ["link-missing"]


def test_a_message_without_a_link_is_named_and_a_domain_is_asked_for() -> None:
    send = make_send()
    make_message(send, "version-a")
    (result,) = results(send)
    assert "“version-a” has no short link" in result.message
    assert result.fix_url == "/admin/links/domain/add/"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": "retired"}, "is retired"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "has expired"),
    ],
)
def test_a_link_that_does_not_lead_on_stands_against_it(send, values, words) -> None:
    check_both()
    Link.objects.update(**values)
    (result,) = [result for result in results(send) if result.level == Level.ERROR]
    assert words in result.message


def test_a_domain_that_is_switched_off_stands_against_it(send) -> None:
    check_both()
    domain = Link.objects.get().domain
    type(domain).objects.update(is_active=False)
    assert "link-not-working" in codes(send)


def test_a_shared_shortener_in_the_text_is_named(send) -> None:
    check_both()
    send.messages.update(body="Look: https://Bit.ly/abc or {link}")
    (result,) = [result for result in results(send) if result.level == Level.WARNING]
    assert "bit.ly" in result.message


def test_a_replaced_version_is_not_judged(send) -> None:
    check_both()
    make_message(send, "version-old", retired_at=timezone.now(), body="See bit.ly/old {link}")
    assert [result.code for result in results(send)] == ["links-checked"]


def test_a_send_whose_versions_were_all_replaced_has_no_link(send) -> None:
    send.messages.update(retired_at=timezone.now())
    assert codes(send) == ["link-missing"]


def test_ten_messages_cost_as_many_queries_as_two(django_assert_max_num_queries) -> None:
    make_domain()
    send = make_send()
    for letter in "abcdefghij":
        make_message(send, f"version-{letter}", share=10)
    services.sync_send_links(send, timezone.now())
    check_both()
    with django_assert_max_num_queries(3):
        assert codes(send) == []
