"""An analyst reads a report, keeps it, has it mailed, and follows one number to the message."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from attribution.models import ReportSchedule, SavedView
from attribution.report_deliveries import send_due_reports
from attribution.reports.registry import REPORTS
from campaigns.models import Message
from tests.attribution.builders import a_deal, a_tap, make_identity, settle
from tests.attribution.story import Story, a_live_send, tell_story
from tests.journeys.browser import Desk
from tests.tracking.builders import make_channel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def story(textrail: object) -> Story:
    """Tell the story, with a message in June and two more channels that rank differently."""
    message_of_july = "Your trial waits: {link} Reply STOP to opt out"
    make_channel("paid-search", "Paid Search")
    make_channel("email", "Email")
    july = a_live_send("demo-july")
    message = Message.objects.create(send=july, body=message_of_july)
    bo = make_identity(value="bo@bolt.example")
    a_tap(bo, days=60, channel="paid-search")
    a_tap(bo, days=25, channel="email")
    a_tap(bo, days=9, send=july, campaign=july.campaign, message=message)
    a_deal(name="Bolt renewal", amount_minor=600_000, created=8, won=1, people=(bo,))
    a_deal(name="Nobody’s deal", amount_minor=50_000, created=8, won=1, people=())
    told = tell_story()
    settle()
    return told


@pytest.fixture
def desk(story: Story, desk_of: Callable[..., Desk]) -> Desk:
    """Seat an analyst, with that group's rights only, who can be written to."""
    desk = desk_of("ana", "Analysts")
    desk.user.email = "ana@example.com"
    desk.user.save()
    return desk


def test_an_analyst_keeps_a_view_and_has_it_mailed(
    desk: Desk, settings: Any, mailoutbox: Any
) -> None:
    settings.EMAIL_URL = "smtp://mail.example.com"
    desk.open("/admin/reports/sends/")
    desk.sees("Revenue attributed", "Does it add up?", "Linear, version 1")
    desk.page.select_option("[name=rule]", "first")
    desk.press("Show")
    desk.sees("First touch, version 1")

    desk.page.locator("summary", has_text="Save view").click()
    desk.page.get_by_label("Name").fill("First touches")
    desk.press("Save")
    desk.sees("“First touches” is saved.")
    assert SavedView.objects.get().parameters["rule"] == "first"

    desk.page.locator("summary", has_text="Mail me this").click()
    desk.sees("How often")
    desk.press("Mail me this view")
    desk.sees("every Monday at 08:00")
    schedule = ReportSchedule.objects.get()
    assert send_due_reports(now=schedule.next_due_at + timedelta(seconds=1)) == 1
    assert mailoutbox[0].to == ["ana@example.com"]


def test_an_analyst_follows_a_number_to_the_message(desk: Desk) -> None:
    desk.open("/admin/reports/reconciliation/")
    desk.sees("Everything adds up.", "CRM total")
    assert desk.page.locator("svg.rp-waterfall").count() == 3

    desk.open("/admin/reports/sends/")
    desk.page.locator("tr", has_text="Send demo-july").locator("a[href*='goal=win']").first.click()
    desk.sees("1 entry sums to $2,000.00")
    desk.page.locator("#result_list a[href*='/creditentry/']").first.click()
    desk.sees("From here to the tap")
    desk.page.locator("a[href*='/campaigns/send/'][href$='/change/']").first.click()
    desk.sees("Send demo-july")
    assert "Your trial waits" in desk.page.content()


def test_no_report_sticks_out_on_a_phone(desk: Desk) -> None:
    for name in REPORTS:
        desk.open(f"/admin/reports/{name}/")
