"""Was it a person? Every kind of evidence, and people who only look like machines."""

import pytest

from tests.tracking.click_builders import IPHONE
from tracking.bots import (
    BURST_ADDRESSES,
    Grade,
    Reason,
    TapEvidence,
    burst_members,
    grade,
    grade_user_agent,
)

IMESSAGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
    "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
)
IN_FACEBOOK = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 10 Pro XL; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/146.0.7680.174 Mobile Safari/537.36 MetaIAB Facebook"
)


@pytest.mark.parametrize(
    ("user_agent", "reason"),
    [
        ("", Reason.NO_USER_AGENT),
        ("   ", Reason.NO_USER_AGENT),
        ("Mozilla/5.0 (iPhone) TextrailLinkCheck/1.0", Reason.LINK_CHECK),
        (IMESSAGE, Reason.PREVIEW),
        ("WhatsApp/2.23.20.0 A", Reason.PREVIEW),
        ("TelegramBot (like TwitterBot)", Reason.PREVIEW),
        ("Mozilla/5.0 (X11) Google-PageRenderer", Reason.PREVIEW),
        ("Slackbot-LinkExpanding 1.0", Reason.PREVIEW),
        ("Mozilla/5.0 (compatible; Barracuda Sentinel)", Reason.SCANNER),
        ("curl/7.88.1", Reason.HTTP_TOOL),
        ("Wget/1.21", Reason.HTTP_TOOL),
        ("python-requests/2.31", Reason.HTTP_TOOL),
        ("okhttp/4.9", Reason.HTTP_TOOL),
        ("Java/17.0.2", Reason.HTTP_TOOL),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", Reason.CRAWLER),
    ],
)
def test_a_machine_is_known_by_its_agent(user_agent: str, reason: Reason) -> None:
    assert grade_user_agent(user_agent) == (Grade.MACHINE, reason)


@pytest.mark.parametrize(
    "user_agent",
    [
        IPHONE,
        IN_FACEBOOK,
        "Mozilla/5.0 (iPhone",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/125 Mobile Safari",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:126.0) Gecko/20100101 Firefox/126.0",
    ],
)
def test_a_browser_is_likely_a_person(user_agent: str) -> None:
    assert grade_user_agent(user_agent) == (Grade.LIKELY, Reason.BROWSER)


def test_an_agent_nobody_knows_is_neither() -> None:
    assert grade_user_agent("Opera Mini 4") == (Grade.UNKNOWN, Reason.UNKNOWN_AGENT)


def test_head_is_never_a_person() -> None:
    assert grade(TapEvidence("HEAD", IPHONE)) == (Grade.MACHINE, Reason.HEAD_REQUEST)


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender", "preview", "instant"])
def test_a_browser_fetching_ahead_is_no_person(purpose: str) -> None:
    evidence = TapEvidence("GET", IPHONE, purpose=purpose)

    assert grade(evidence) == (Grade.MACHINE, Reason.PREFETCH)


def test_another_purpose_proves_nothing() -> None:
    assert grade(TapEvidence("GET", IPHONE, purpose="navigate"))[0] is Grade.LIKELY


def test_a_tap_within_a_second_of_delivery_is_a_machines() -> None:
    evidence = TapEvidence("GET", IPHONE, seconds_since_delivery=0.4)

    assert grade(evidence) == (Grade.MACHINE, Reason.AT_DELIVERY)


@pytest.mark.parametrize("seconds", [-30.0, 1.0, 90.0, None])
def test_a_tap_before_or_later_is_not(seconds: float | None) -> None:
    assert grade(TapEvidence("GET", IPHONE, seconds_since_delivery=seconds))[0] is Grade.LIKELY


def test_a_burst_is_a_machines() -> None:
    assert grade(TapEvidence("GET", IPHONE, is_burst=True)) == (Grade.MACHINE, Reason.BURST)


def test_the_agent_is_told_before_the_burst() -> None:
    evidence = TapEvidence("GET", "curl/8.0", is_burst=True)

    assert grade(evidence) == (Grade.MACHINE, Reason.HTTP_TOOL)


def taps_on(addresses: int, *, group: str = "g", apart_ms: int = 100) -> list[tuple[str, int, str]]:
    return [(group, number * apart_ms * 1000, f"/{number}") for number in range(addresses)]


def test_many_addresses_of_one_send_at_once_are_a_burst() -> None:
    taps = taps_on(BURST_ADDRESSES + 1)

    assert burst_members(taps) == set(range(BURST_ADDRESSES + 1))


def test_as_many_as_the_limit_are_none() -> None:
    assert burst_members(taps_on(BURST_ADDRESSES)) == set()


def test_the_same_address_again_and_again_is_none() -> None:
    taps = [("g", number, "/k7Qm2Xa") for number in range(50)]

    assert burst_members(taps) == set()


def test_the_same_addresses_slowly_are_none() -> None:
    assert burst_members(taps_on(BURST_ADDRESSES * 3, apart_ms=1000)) == set()


def test_a_burst_takes_nobody_from_before_or_from_other_networks_along() -> None:
    early = [("g", -60_000_000, "/early")]
    others = taps_on(3, group="h")

    members = burst_members(early + others + taps_on(BURST_ADDRESSES + 1))

    assert members == set(range(4, BURST_ADDRESSES + 5))
