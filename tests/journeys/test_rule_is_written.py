"""An analyst starts from what her team had, writes weights beside an example, and gets both rules."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from attribution.models import CreditRule
from attribution.services import create_rule_version
from tests.attribution.builders import NOW, a_deal, a_tap, make_identity, settle
from tests.attribution.story import tell_story
from tests.journeys.browser import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
Seat = Callable[..., Desk]


def test_a_rule_is_written_beside_an_example_that_follows_every_key(desk_of: Seat) -> None:
    tell_story()
    ana = desk_of("ana", "Analysts")
    ana.open("/admin/attribution/creditrule/")
    ana.follow("auto_awesome_motion Start from…")
    ana.sees("What stays different from HubSpot", "Rules that come with Textrail")
    ana.press("Activate W-shaped")
    ana.sees("“W-shaped” is in force.")

    ana.open("/admin/attribution/creditrule/add/?kind=custom")
    amounts = ana.page.locator("#rule-example output")
    for name in ("first", "last", "rest"):
        ana.field(name).fill("")
    ana.sees("At least one weight must be more than 0")
    ana.field("first").fill("60")
    ana.field("rest").fill("40")
    expect(amounts.nth(1)).to_contain_text("1,333.34")
    ana.sees("60% goes to the first touch and 40% is shared equally by the touches in between.")
    ana.field("_example").select_option("direct_end")
    expect(amounts).to_have_count(3)
    ana.field("keeps_direct").check()
    expect(amounts.nth(2)).to_contain_text("2,000.00")
    ana.field("name").fill("Opening counts")
    ana.field("slug").fill("opening")
    ana.save()

    made = CreditRule.objects.active().get(slug="opening")
    assert made.parameters == {"first": 60, "rest": 40, "keeps_direct": True}
    assert CreditRule.objects.active().filter(slug="w").exists()


def test_new_shares_are_seen_before_they_count(desk_of: Seat) -> None:
    tell_story()
    for number in range(20):
        person = make_identity(value=f"p{number}@acme.example")
        a_tap(person, days=30, channel="email" if number % 3 else "referral")
        a_tap(person, days=12)
        a_deal(created=10, won=2, people=(person,))
    settle()
    create_rule_version(
        slug="markov", name="Markov", kind="markov", parameters={}, lookback_days=90,
        contact_mode="roles", now=NOW,
    )  # fmt: skip
    late = make_identity(value="late@acme.example")
    a_tap(late, days=8, channel="paid-search")
    a_deal(created=5, won=1, people=(late,))
    settle()

    ana = desk_of("ana", "Analysts")
    markov = CreditRule.objects.active().get(slug="markov")
    ana.open(f"/admin/attribution/creditrule/{markov.pk}/change/")
    ana.press("Fit again")
    ana.sees("Shares before and after", "Paid Search", "Nothing has changed yet.")
    assert CreditRule.objects.active().get(slug="markov").version == 1
    ana.press("Accept the new shares")
    ana.sees("“Markov” divides by its new shares, as version 2.")
    assert CreditRule.objects.active().get(slug="markov").version == 2
