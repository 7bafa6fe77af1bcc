"""A campaign manager plans a send in the browser, and only a checked one goes live."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.models import Message, Send, SendingPolicy
from campaigns.send_checks import check_send
from campaigns.services import save_send, transition_send
from links.models import Link, LinkCheck
from links.services import check_links
from tests.campaigns.builders import a_message, a_send, an_unsaved_send
from tests.journeys.browser import Desk
from tests.journeys.manager_pages import (
    GOOD_TEXT,
    Mistake,
    accept_warning,
    add_campaign,
    add_version,
    approve,
    make_and_mend,
    name_from_parts,
    open_send,
    start_a_send,
)
from tests.links.web import PAGE, Web

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
Seat = Callable[..., Desk]

MISTAKES = [
    Mistake("utm_campaign", "", "utm_campaign is empty", "trial-reengagement"),
    Mistake("utm_source", "SMS", "“SMS” is not an approved utm_source", "sms"),
    Mistake("utm_source", "", "utm_source is empty", "sms"),
    Mistake("utm_medium", "", "utm_medium is empty", "text"),
    Mistake("utm_medium", "sms", "“sms” is not an approved utm_medium", "text"),
    Mistake("utm_campaign", "Trial-June", "“Trial-June” has capital letters", "trial-june-2"),
    Mistake("utm_campaign", "trial june", "“trial june” has a space", "trial-june-2"),
    Mistake("utm_campaign", "trial%20june", "“trial%20june” has a %-code", "trial-june-2"),
    Mistake("utm_campaign", "tri\u0430l-june", "has CYRILLIC SMALL LETTER A", "trial-june-2"),
    Mistake("utm_campaign", "trial--june", "joined by single hyphens", "trial-june-2"),
    Mistake("utm_campaign", "trial-video-june", "“video”, which is reserved", "trial-june-2"),
    Mistake("utm_campaign", "trial-" * 15 + "june", "60 are allowed", "trial-" * 9 + "june"),
    Mistake("utm_campaign", "trial-june", "was already used", "trial-june-2"),
    Mistake("utm_term", "Lapsed Trials", "“Lapsed Trials” has a space", "lapsed-trials"),
    Mistake("time_zone", "new york", "“new york” is no time zone", "America/New_York"),
    Mistake("messages-0-utm_content", "B", "must be version- and one letter", "version-b"),
    Mistake("destination_url", "https://me:pw@example.com/", "password", "https://example.com/"),
    Mistake(
        "destination_url",
        "https://example.com/?utm_term=old",
        "UTM values of its own",
        "https://example.com/",
    ),
]


@pytest.fixture
def maria(desk_of: Seat) -> Desk:
    """Seat a campaign manager, who is nothing else."""
    return desk_of("maria", "Campaign managers")


def policy_says(**values: Any) -> None:
    """Change how SMS sends go out."""
    SendingPolicy.objects.update(**values)


def planned(desk: Desk, website: Web, *, body: str = GOOD_TEXT, **fields: Any) -> Send:
    """Return a ready send that somebody planned, its links checked."""
    send = an_unsaved_send(destination_url=f"{website.url}/trial", audience_size=1200, **fields)
    save_send(send=send, messages=[Message(body=body)], by=desk.user, now=timezone.now())
    check_links(links=list(Link.objects.of_send(send)), now=timezone.now())
    return transition_send(send=send, to="ready", by=desk.user, now=timezone.now())


def test_each_kind_of_mistake_is_stopped_and_its_suggestion_passes(
    maria: Desk, website: Web
) -> None:
    add_campaign(maria, "Trial win-back")
    start_a_send(
        maria, name="Trial", campaign="Trial win-back", landing_page=f"{website.url}/trial"
    )
    a_send("trial-june")
    make_and_mend(maria, MISTAKES)
    assert Send.objects.count() == 1

    maria.save()
    maria.sees("Next: mark it as ready.")
    assert Send.objects.filter(utm_campaign="trial-june-2", utm_term="lapsed-trials").exists()


def test_a_send_is_built_from_parts_tested_in_two_versions_and_goes_live(
    maria: Desk, website: Web
) -> None:
    maria.sign_in()
    add_campaign(maria, "Trial win-back")
    start_a_send(
        maria,
        name="Trial re-engagement, June",
        campaign="Trial win-back",
        landing_page=f"{website.url}/trial",
    )
    name_from_parts(maria, topic="Trial reengagement", period="june")
    expect(maria.field("utm_campaign")).to_have_value("trial-reengagement-june")
    maria.sees("1 segment")
    add_version(maria, "Still there? {link} Reply STOP to opt out")
    expect(maria.field("messages-0-share")).to_have_value("50")
    make_and_mend(maria, [Mistake("messages-1-share", "80", "sum to 130 %, not to 100 %", "50")])
    maria.save()

    maria.sees("Next: mark it as ready.")
    maria.press("Mark as ready")
    maria.sees("is now ready")
    maria.press("Go live")
    maria.sees("on iPhone, Android and Desktop: not checked yet.")
    send = Send.objects.get()
    assert send.status == "ready"

    maria.press("Check links now")
    maria.sees("All 2 links work on iPhone, Android and desktop")
    maria.press("Go live")
    maria.sees("is now live")
    send.refresh_from_db()
    assert (send.status, send.created_by) == ("live", maria.user)
    assert send.utm_campaign == "trial-reengagement-june"
    versions = send.messages.order_by("utm_content").values_list("utm_content", "share")
    assert list(versions) == [("version-a", 50), ("version-b", 50)]
    assert LinkCheck.objects.filter(link__send=send, is_ok=True).count() == 6


def test_a_text_without_its_link_never_becomes_ready(maria: Desk, website: Web) -> None:
    send = a_send(destination_url=f"{website.url}/trial")
    a_message(send, "Your trial waits. Reply STOP to opt out")
    open_send(maria, send)
    maria.press("Mark as ready")
    maria.sees("has no {link}. Write it where the short link goes.")
    maria.field("messages-0-body").fill(GOOD_TEXT)
    maria.save()
    open_send(maria, send)
    maria.press("Mark as ready")
    maria.sees("is now ready")


def test_a_page_that_does_not_open_keeps_a_send_from_going_live_until_it_does(
    maria: Desk, website: Web
) -> None:
    website.pages["/gone"] = (404, "")
    send = planned(maria, website)
    Send.objects.filter(pk=send.pk).update(destination_url="")
    open_send(maria, send)
    maria.field("destination_url").fill(f"{website.url}/gone")
    maria.save()
    open_send(maria, send)
    maria.press("Check links now")
    maria.sees("The last page answers 404 instead of 200.")
    maria.press("Go live")
    maria.sees("The last page answers 404 instead of 200.", "Not yet: mend the 1 point")
    website.pages["/gone"] = PAGE
    maria.press("Check links now")
    maria.sees("The link works on iPhone, Android and desktop")
    maria.press("Go live")
    maria.sees("is now live")


def test_warnings_are_mended_or_accepted_with_a_reason(maria: Desk, website: Web) -> None:
    now = timezone.now()
    policy_says(
        warnings_need_reason=True,
        quiet_from=(now - timedelta(hours=2)).time(),
        quiet_until=(now + timedelta(hours=2)).time(),
        time_zone="UTC",
    )
    send = planned(maria, website, body="Your trial waits: {link}")
    open_send(maria, send)
    maria.press("Go live")
    maria.sees("does not say how to opt out", "in the quiet hours", "is not https")
    assert Send.objects.get().status == "ready"

    accept_warning(maria, "does not say how to opt out", "The contract says it already")
    accept_warning(maria, "in the quiet hours", "A drill at the office")
    accept_warning(maria, "is not https", "Our own network")
    maria.press("Go live")
    maria.sees("is now live")


def test_a_second_manager_approves_what_goes_out_and_nothing_else(
    maria: Desk, desk_of: Seat, website: Web
) -> None:
    policy_says(needs_approval=True)
    send = planned(maria, website)
    open_send(maria, send)
    maria.press("Go live")
    maria.sees("Needs a second person’s approval", "You planned this send")

    nadia = desk_of("nadia", "Campaign managers")
    open_send(nadia, send)
    approve(nadia, "Read it twice")
    maria.field("audience_size").fill("9000")
    maria.save()
    open_send(maria, send)
    maria.sees("Void: it changed since nadia approved it")
    maria.press("Go live")
    maria.sees("Needs a second person’s approval again")

    open_send(nadia, send)
    approve(nadia, "9,000 is right")
    open_send(maria, send)
    maria.sees("Approved by nadia", "“9,000 is right”")
    maria.press("Go live")
    maria.sees("is now live")


def test_a_live_sends_values_stay_and_another_text_is_a_new_version(
    maria: Desk, website: Web
) -> None:
    send = planned(maria, website)
    transition_send(send=send, to="live", by=maria.user, now=timezone.now())
    old = Link.objects.get()
    open_send(maria, send)
    for name in ("utm_campaign", "utm_source", "destination_url", "messages-0-body"):
        expect(maria.field(name)).to_have_count(0)
    maria.follow("Change the text")
    maria.field("body").fill("Look here. Reply STOP to opt out")
    maria.press("Send this from now on")
    maria.sees("The text needs {link} once")
    maria.suggestion("body").click()
    maria.press("Send this from now on")
    maria.sees("goes out from now on", "Nobody else gets this version")

    before, after = Message.objects.order_by("created_at")
    assert before.retired_at is not None
    assert (after.replaces, after.body) == (before, "Look here. Reply STOP to opt out {link}")
    assert Link.objects.get(message=before).short_url == old.short_url
    tapped = requests.get(old.short_url, allow_redirects=False, timeout=60)
    assert tapped.status_code == 302


def test_a_send_is_planned_again_under_a_name_that_passes(maria: Desk, website: Web) -> None:
    send = planned(maria, website)
    open_send(maria, send)
    maria.press("Clone")
    maria.sees("A draft like", "cloned from")
    copy = Send.objects.exclude(pk=send.pk).get()
    assert (copy.status, copy.cloned_from, copy.created_by) == ("draft", send, maria.user)
    assert copy.utm_campaign != send.utm_campaign
    assert not check_send(copy, list(copy.messages.all()), now=timezone.now()).violations
