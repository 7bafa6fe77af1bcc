"""Operations change a naming convention, and from then on every new send is held to it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from campaigns.models import NamingConvention, Send
from tests.campaigns.builders import a_campaign, a_convention, a_send
from tests.journeys.browser import Desk
from tests.journeys.manager_pages import add_campaign, start_a_send
from tests.links.web import Web

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
Seat = Callable[..., Desk]


def draft_a_version(desk: Desk) -> NamingConvention:
    """Draft the version that follows the one in force."""
    desk.open(f"/admin/campaigns/namingconvention/{a_convention().pk}/change/")
    desk.press("Draft a new version")
    desk.sees("Version 2 is drafted with the same rules.")
    return NamingConvention.objects.get(status="draft")


def ask_for_a_period_in_every_name(desk: Desk) -> None:
    """Change the draft, and see what it would refuse before it is saved."""
    desk.field("_try").fill("trial-reengagement")
    desk.sees("trial-reengagement passes.")
    desk.field("tokens-1-is_required").check()
    desk.sees("“trial-reengagement” does not read", "Changes against version 1")
    desk.field("mediums").fill("text, Text Message")
    desk.sees("1 thing to mend before this can be published")
    desk.field("mediums").fill("text, mms")
    desk.sees("These rules can be followed.")
    assert a_convention().version == 1
    desk.save()


def publish(desk: Desk, draft: NamingConvention) -> None:
    """Put the draft in force."""
    desk.open(f"/admin/campaigns/namingconvention/{draft.pk}/change/")
    desk.press("Publish for the team")
    desk.sees("version 2 is in force")


def test_a_new_version_is_tried_while_typed_then_read_by_the_team_and_kept_to(
    desk_of: Seat, website: Web
) -> None:
    earlier = a_send("demo-invite", campaign=a_campaign("Demos"))
    olga = desk_of("olga", "Operations")
    draft = draft_a_version(olga)
    ask_for_a_period_in_every_name(olga)
    publish(olga, draft)

    maria = desk_of("maria", "Campaign managers")
    maria.open("/admin/campaigns/namingconvention/")
    maria.page.locator("tr", has_text="Published").get_by_text("Read and share").click()
    maria.sees("How we name links in SMS", "Changed since version 1", "by olga")

    add_campaign(maria, "Trial win-back")
    start_a_send(
        maria, name="Trial", campaign="Trial win-back", landing_page=f"{website.url}/trial"
    )
    maria.field("utm_campaign").fill("trial-reengagement")
    maria.save()
    maria.sees("“trial-reengagement” does not read")
    maria.suggestion("utm_campaign").click()
    expect(maria.field("utm_campaign")).not_to_have_value("trial-reengagement")
    maria.save()
    maria.sees("Checked against the SMS convention, version 2")

    send = Send.objects.get(name="Trial")
    assert send.convention == draft
    assert send.utm_campaign.startswith("trial-reengagement-")
    earlier.refresh_from_db()
    assert earlier.convention.version == 1
