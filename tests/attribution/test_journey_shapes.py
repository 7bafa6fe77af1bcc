"""A deal's journey as JSON."""

import json

import pytest

from attribution.deal_journey import Asked, journey_of
from attribution.journey_shapes import journey_json
from tests.attribution.builders import a_deal, a_tap, rule, settle
from tests.attribution.story import tell_story
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db


def test_a_touch_that_earns_nothing_has_its_verdict_and_no_amount() -> None:
    story = tell_story()
    a_tap(story.ada, days=20, exclusion=Touchpoint.Exclusion.MACHINE)
    settle()
    body = journey_json(journey_of(story.deal, Asked(rule())), currency="USD")
    excluded = body["explanations"][-1]["touches"][2]
    assert (excluded["verdict"], "amount" in excluded) == ("excluded", False)
    assert excluded["ledger"] == {"amount": "0.00", "count": "0"}


def test_an_excluded_outcome_has_no_steps_but_its_exclusion() -> None:
    deal = a_deal(won=1, currency="EUR")
    settle()
    body = journey_json(journey_of(deal, Asked(rule())), currency="USD")
    win = body["explanations"][-1]
    assert (win["exclusion"], win["touches"], win["conclusion"]) == ("no_rate", [], None)


def test_without_a_rule_there_are_no_explanations() -> None:
    body = journey_json(journey_of(tell_story().deal, Asked(None)), currency="USD")
    assert (body["rule"], body["explanations"]) == (None, [])


def test_everything_in_it_is_plain_json() -> None:
    body = journey_json(journey_of(tell_story().deal, Asked(rule())), currency="USD")
    assert json.loads(json.dumps(body)) == body
