"""The pages a campaign manager works on, as small steps of a story."""

from collections.abc import Iterable
from dataclasses import dataclass

from playwright.sync_api import expect

from campaigns.models import Send
from tests.journeys.browser import Desk

GOOD_TEXT = "Your trial waits: {link} Reply STOP to opt out"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What somebody types into a field, what the form answers, and the suggestion to take."""

    field: str
    typed: str
    answer: str
    suggestion: str


def add_campaign(desk: Desk, name: str) -> None:
    """Make a campaign, which sends belong to."""
    desk.open("/admin/campaigns/campaign/add/")
    desk.field("name").fill(name)
    desk.save()
    desk.sees("was added successfully")


def start_a_send(desk: Desk, *, name: str, campaign: str, landing_page: str) -> None:
    """Fill in a new send except for its campaign name."""
    desk.open("/admin/campaigns/send/add/")
    choose_campaign(desk, campaign)
    desk.field("name").fill(name)
    desk.field("audience_size").fill("1200")
    desk.field("destination_url").fill(landing_page)
    desk.field("messages-0-body").fill(GOOD_TEXT)


def choose_campaign(desk: Desk, name: str) -> None:
    """Find a campaign by the first letters of its name."""
    desk.page.click("[aria-labelledby=select2-id_campaign-container]")
    desk.page.fill(".select2-search__field", name[:9])
    desk.page.get_by_role("option", name=name).click()


def make_and_mend(desk: Desk, mistakes: Iterable[Mistake]) -> None:
    """Make one mistake after another; each stops the form and is mended by its button."""
    for mistake in mistakes:
        desk.field(mistake.field).fill(mistake.typed)
        desk.save()
        desk.sees(mistake.answer)
        expect(desk.suggestion(mistake.field)).to_have_attribute("data-value", mistake.suggestion)
        desk.suggestion(mistake.field).click()
        expect(desk.field(mistake.field)).to_have_value(mistake.suggestion)


def name_from_parts(desk: Desk, **parts: str) -> None:
    """Fill in the parts of the campaign name; the whole name follows by itself."""
    for label, text in parts.items():
        desk.page.locator(".sb-parts:visible").get_by_label(label.capitalize()).fill(text)


def add_version(desk: Desk, body: str) -> None:
    """Add one more version of the text to the form."""
    count = desk.page.locator(".sb-version:visible").count()
    desk.page.get_by_role("link", name="Add another Version").click()
    desk.field(f"messages-{count}-body").fill(body)


def open_send(desk: Desk, send: Send) -> None:
    """Open a send's page."""
    desk.open(f"/admin/campaigns/send/{send.pk}/change/")


def accept_warning(desk: Desk, message: str, reason: str) -> None:
    """Accept the warning that says this, with a reason."""
    warning = desk.page.locator(".plan-check.is-warning").filter(has_text=message)
    warning.get_by_text("Accept, because …").click()
    warning.get_by_label("Why it is fine").fill(reason)
    warning.get_by_role("button", name="Accept", exact=True).click()
    accepted = desk.page.locator(".plan-check.is-accepted").filter(has_text=message)
    expect(accepted).to_contain_text(f"Accepted by {desk.user.username}")
    expect(accepted).to_contain_text(f"“{reason}”")


def approve(desk: Desk, note: str) -> None:
    """Approve the send on whose page one is."""
    desk.page.get_by_label("Note, if you like").fill(note)
    desk.press("Approve")
    desk.sees("You approved")
