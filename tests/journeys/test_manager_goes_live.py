"""A campaign manager plans a send in the browser, and only a checked one goes live."""

from collections.abc import Callable

import pytest

from campaigns.models import Send
from tests.campaigns.builders import a_send
from tests.journeys.browser import Desk
from tests.journeys.manager_pages import Mistake, add_campaign, make_and_mend, start_a_send
from tests.links.web import Web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
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
    Mistake("messages-0-utm_content", "B", "must be version- and one letter", "version-b"),
    Mistake("destination_url", "https://me:pw@example.com/", "password", "https://example.com/"),
]


@pytest.fixture
def maria(desk_of: Seat) -> Desk:
    """Seat a campaign manager, who is nothing else."""
    return desk_of("maria", "Campaign managers")


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
