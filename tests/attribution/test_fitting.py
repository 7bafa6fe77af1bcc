"""Shares are fitted on the journeys that are there, and refused where there are too few."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution import fitting
from attribution.fitting import NotFittableError, fitted_parameters
from attribution.weights import InvalidRuleError, weighting
from campaigns.models import Channel
from tests.attribution.builders import NOW, a_deal, a_lead, a_tap, days_ago, make_identity, settle
from tests.campaigns.builders import a_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three journeys do, so that tests say all of theirs."""
    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 3)


def journeys(*channels: str, won: int = 0, lost: int = 0) -> None:
    """Make people who touch these channels, a day apart, some of whom buy."""
    for number in range(won + lost):
        person = make_identity()
        for step, channel in enumerate(channels):
            a_tap(person, days=30 - step, channel=channel)
        if number < won:
            a_deal(created=15, won=10, people=(person,))


def fit(kind: str = "markov", *, lookback_days: int | None = 90, **parameters: object) -> Any:
    """Fit on everything that was made."""
    settle()
    return fitted_parameters(
        kind=kind,
        parameters=parameters,
        lookback_days=lookback_days,
        contact_mode="roles",
        now=NOW,
    )


def shares(found: dict[str, Any]) -> dict[str, Decimal]:
    """Return the shares by name."""
    return {found["names"][place]: Decimal(share) for place, share in found["shares"].items()}


def test_the_shares_are_the_removal_effects_of_won_and_lost_journeys() -> None:
    journeys("email", won=2)
    journeys("email", "sms", won=1)
    journeys("sms", lost=9)
    found = fit()

    # By hand: removal effects 0.7 and 1/3, as in test_data_driven
    assert shares(found) == {"Email": Decimal("0.677419355"), "SMS": Decimal("0.322580645")}
    assert found["fitted_at"] == NOW.isoformat()
    assert found["fitted_on"] == {
        "journeys": 3,
        "null_paths": 9,
        "touches": 13,
        "conversion_rate": "0.250000",
    }
    assert "standard_errors" not in found


def test_the_engine_can_divide_by_what_was_fitted() -> None:
    journeys("email", "sms", won=3, lost=1)
    for kind in ("markov", "shapley"):
        rule = weighting(kind=kind, parameters=fit(kind, keeps_direct=True))
        assert sum(rule.places.values()) == 10**9
        assert rule.keeps_direct


def test_what_is_excluded_too_late_or_too_old_teaches_nothing() -> None:
    journeys("email", "sms", won=3)
    before = fit()
    person = make_identity()
    a_tap(person, days=20, exclusion="machine")
    other = make_identity()
    a_tap(other, days=-1, channel="email")

    assert {**fit(), "fitted_at": ""} == {**before, "fitted_at": ""}


def test_a_null_path_is_as_long_as_the_lookback() -> None:
    journeys("email", "sms", won=3)
    person = make_identity()
    a_tap(person, days=60, channel="email")
    a_tap(person, days=5)

    assert fit(lookback_days=30)["fitted_on"]["touches"] == 7
    assert fit(lookback_days=None)["fitted_on"]["touches"] == 8


def test_the_goal_can_be_leads() -> None:
    for channel in ("email", "sms", "email"):
        person = make_identity()
        a_tap(person, days=20, channel=channel)
        a_lead(person, days=10)
    journeys("sms", won=1)
    found = fit(goal="lead")

    assert found["fitted_on"]["journeys"] == 3
    assert found["fitted_on"]["null_paths"] == 1
    assert found["goal"] == "lead"


def test_shares_can_be_those_of_campaigns_and_of_none() -> None:
    june = a_campaign(name="June")
    for number in range(3):
        person = make_identity()
        a_tap(person, days=20, campaign=june)
        a_tap(person, days=19 - number)
        a_deal(created=15, won=1, people=(person,))
    found = fit(by="campaign")

    assert shares(found) == {"June": Decimal("0.5"), "No campaign": Decimal("0.5")}
    assert found["by"] == "campaign"


def test_more_than_twelve_channels_are_sampled_with_a_stated_error() -> None:
    slugs = list(Channel.objects.exclude(slug="direct").values_list("slug", flat=True))[:13]
    journeys(*slugs, won=3, lost=2)
    found = fit("shapley")

    assert found["standard_errors"].keys() == found["shares"].keys()
    assert all(Decimal(error) >= 0 for error in found["standard_errors"].values())


def test_too_few_journeys_are_refused_with_what_is_missing() -> None:
    journeys("email", "sms", won=2, lost=5)

    with pytest.raises(NotFittableError, match=r"at least 3 journeys .* so far 2"):
        fit()


def test_a_single_channel_has_nothing_to_share() -> None:
    journeys("sms", won=3)

    with pytest.raises(NotFittableError, match="one channel only"):
        fit()


def test_a_parameter_that_means_nothing_is_refused() -> None:
    with pytest.raises(InvalidRuleError):
        fit(order=9)


def test_the_number_of_queries_does_not_grow_with_the_journeys() -> None:
    journeys("email", "sms", won=3, lost=2)
    settle()
    with CaptureQueriesContext(connection) as few:
        fit()
    journeys("email", "sms", won=8, lost=12)
    settle()
    with CaptureQueriesContext(connection) as many:
        fit()

    assert len(many) == len(few)


def test_a_fit_of_a_past_moment_knows_no_later_win() -> None:
    journeys("email", "sms", won=4)
    settle()
    with pytest.raises(NotFittableError):
        fitted_parameters(
            kind="markov", parameters={}, lookback_days=90, contact_mode="roles", now=days_ago(11)
        )
