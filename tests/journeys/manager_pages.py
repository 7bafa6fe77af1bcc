"""The pages a campaign manager works on, as small steps of a story."""

from collections.abc import Iterable
from dataclasses import dataclass

from playwright.sync_api import expect

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
    """Fill in a new send as far as its names, which the caller chooses."""
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
