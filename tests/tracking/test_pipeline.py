"""From a line to a touch: what each step adds, and why it drops."""

from typing import Any

from campaigns.public_ids import new_id
from tests.tracking.click_builders import NOON_US, a_record, link_facts, surroundings
from tracking.pipeline import (
    REPEAT_SECONDS,
    Drop,
    LinkFacts,
    PipelineResult,
    RecipientFacts,
    Tap,
    burst_evidence,
    find_bursts,
    run,
)


def tap_on(link: LinkFacts, **fields: Any) -> Tap:
    return Tap(a_record(link_id=link.id, code=link.code, **fields))


def run_one(tap: Tap, *links: LinkFacts, **around: Any) -> PipelineResult:
    return run([tap], surroundings(*links, **around))


def test_a_persons_tap_becomes_a_touch_with_its_sends_channel() -> None:
    link = link_facts()
    tap = tap_on(link)

    result = run_one(tap, link)

    assert result.touches == [tap]
    assert tap.channel is not None
    assert tap.channel.channel_id == link.send_channel_id
    assert (tap.grade, tap.reason) == ("likely", "browser")


def test_a_recipient_is_named_by_the_end_of_the_code() -> None:
    link, recipient = link_facts(), RecipientFacts(new_id(), "+14155550100", "")
    tap = tap_on(link, suffix="abc234")

    run_one(tap, link, recipients={(link.id, "abc234"): recipient})

    assert tap.recipient == recipient


def test_an_unknown_suffix_is_a_touch_of_nobody() -> None:
    link = link_facts()
    tap = tap_on(link, suffix="zzzzzz")

    assert run_one(tap, link).touches == [tap]
    assert tap.recipient is None


def test_a_suffix_is_read_past_slashes_and_a_misplaced_ampersand() -> None:
    link = link_facts()
    tap = tap_on(link, path="//k7Qm2Xaabc234/&coupon=june")
    tap.link = link

    assert tap.suffix == "abc234"


def test_a_hit_that_led_nowhere_is_no_touch() -> None:
    assert run_one(Tap(a_record())).dropped == {Drop.NOT_REDIRECTED: 1}


def test_a_tap_on_a_link_removed_since_is_no_touch() -> None:
    assert run_one(tap_on(link_facts())).dropped == {Drop.LINK_REMOVED: 1}


def test_a_machine_is_no_touch() -> None:
    link = link_facts()
    tap = tap_on(link, user_agent="curl/8.0")

    assert run_one(tap, link).dropped == {Drop.MACHINE: 1}
    assert tap.is_machine


def test_a_hit_that_led_nowhere_is_graded_too() -> None:
    tap = Tap(a_record(user_agent="curl/8.0"))

    run_one(tap)

    assert tap.reason == "http_tool"


def test_a_tap_right_when_the_send_went_live_is_a_machines() -> None:
    link = link_facts(live_at_us=NOON_US)

    result = run([tap_on(link, seconds=0.5), tap_on(link, seconds=2)], surroundings(link))

    assert result.dropped == {Drop.MACHINE: 1}
    assert len(result.touches) == 1


def test_a_recipients_second_tap_at_once_is_a_repeat() -> None:
    link, recipient = link_facts(), RecipientFacts(new_id(), "", "")
    taps = [
        tap_on(link, suffix="abc234", seconds=seconds) for seconds in (0, 3, REPEAT_SECONDS + 4)
    ]

    result = run(taps, surroundings(link, recipients={(link.id, "abc234"): recipient}))

    assert result.touches == [taps[0], taps[2]]
    assert result.dropped == {Drop.REPEAT: 1}


def test_a_repeat_of_what_was_read_before_is_one_too() -> None:
    link, recipient = link_facts(), RecipientFacts(new_id(), "", "")

    result = run_one(
        tap_on(link, suffix="abc234", seconds=3),
        link,
        recipients={(link.id, "abc234"): recipient},
        touched_at_us={(recipient.id, link.id): NOON_US},
    )

    assert result.dropped == {Drop.REPEAT: 1}


def test_a_repeat_that_the_landing_page_reported_is_a_touch() -> None:
    link, recipient = link_facts(), RecipientFacts(new_id(), "", "")
    tap = tap_on(link, suffix="abc234", seconds=3)

    result = run_one(
        tap,
        link,
        recipients={(link.id, "abc234"): recipient},
        touched_at_us={(recipient.id, link.id): NOON_US},
        confirmed_clicks=frozenset({tap.record.click_id}),
    )

    assert result.touches == [tap]
    assert tap.is_confirmed


def test_two_people_without_names_may_tap_at_once() -> None:
    link = link_facts()

    assert len(run([tap_on(link), tap_on(link)], surroundings(link)).touches) == 2


def test_one_agent_on_many_recipients_links_is_a_burst() -> None:
    link = link_facts()
    taps = [tap_on(link, suffix=f"abc2{number:02d}", seconds=number / 10) for number in range(15)]

    bursts = find_bursts(burst_evidence(taps, {link.id: link}))

    assert bursts == {tap.record.click_id for tap in taps}
    result = run(taps, surroundings(link, burst_clicks=bursts))
    assert result.dropped == {Drop.MACHINE: 15}


def test_many_agents_behind_one_address_are_no_burst() -> None:
    link = link_facts()
    taps = [
        tap_on(link, suffix=f"abc2{number:02d}", user_agent=f"Mozilla/5.0 (iPhone) {number}")
        for number in range(15)
    ]

    assert find_bursts(burst_evidence(taps, {link.id: link})) == frozenset()


def test_taps_from_no_known_address_are_no_burst() -> None:
    link = link_facts()
    taps = [tap_on(link, suffix=f"abc2{number:02d}", address_hash="") for number in range(15)]

    assert find_bursts(burst_evidence(taps, {link.id: link})) == frozenset()


def test_a_reported_landing_overrules_what_only_timing_suggested() -> None:
    link = link_facts(live_at_us=NOON_US - 500_000)
    tap = tap_on(link)

    result = run_one(tap, link, confirmed_clicks=frozenset({tap.record.click_id}))

    assert result.touches == [tap]
    assert tap.is_confirmed
    assert (tap.grade, tap.reason) == ("likely", "browser")


def test_a_reported_landing_does_not_make_a_person_of_a_robot() -> None:
    link = link_facts()
    tap = tap_on(link, user_agent="curl/8.0")

    result = run_one(tap, link, confirmed_clicks=frozenset({tap.record.click_id}))

    assert result.dropped == {Drop.MACHINE: 1}
    assert not tap.is_confirmed
