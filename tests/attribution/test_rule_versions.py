"""Editing a rule makes a version; what a retired one held is reversed, never erased."""

import pytest
from django.db.models import Sum

from attribution import fitting
from attribution.models import CreditBatch, CreditEntry, CreditRule, CreditTotal
from attribution.rule_versions import (
    DefaultRuleError,
    InvalidRuleError,
    NotFittableError,
    activate_rule,
    create_rule_version,
    fit_rule,
    fit_rules,
    make_default,
    proposed_fit,
    retire_rule,
)
from attribution.verification import verify_ledger
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_tap,
    days_ago,
    make_identity,
    rule,
    settle,
    sums,
)

pytestmark = pytest.mark.django_db


def new_version(slug: str = "time_decay", kind: str = "time_decay", **given: object) -> CreditRule:
    """Make the next version of a rule, seven days' half-life unless said otherwise."""
    wanted: dict[str, object] = {
        "name": "Time decay",
        "parameters": {"half_life_days": 7},
        "lookback_days": 90,
        "contact_mode": "roles_else_company",
        "now": NOW,
        **given,
    }
    return create_rule_version(slug=slug, kind=kind, **wanted)  # type: ignore[arg-type]


def a_win_of_two_touches() -> None:
    ann = make_identity()
    a_tap(ann, days=31, channel="email")
    a_tap(ann, days=1)
    a_deal(amount_minor=300_00, created=40, won=1, people=(ann,))
    settle()


def test_six_rules_are_shipped_and_linear_is_the_default() -> None:
    shipped = CreditRule.objects.active()

    assert {rule.slug for rule in shipped} == {
        "first", "last", "last_non_direct", "linear", "time_decay", "position"
    }  # fmt: skip
    assert [rule.slug for rule in shipped if rule.is_default] == ["linear"]
    assert {rule.lookback_days for rule in shipped} == {90}


def test_a_new_version_takes_over_with_its_own_division() -> None:
    a_win_of_two_touches()
    assert sums("time_decay") == {"email": 100_00, "sms": 200_00}
    version = new_version()

    assert (version.version, version.retired_at) == (2, None)
    assert sums("time_decay")["email"] < 20_00
    assert CreditBatch.objects.first().cause == "credit_rules"


def test_the_version_before_holds_nothing_and_its_past_can_be_read() -> None:
    a_win_of_two_touches()
    before = rule("time_decay")
    moment = CreditBatch.objects.first().posted_at
    new_version(now=days_ago(-1))

    assert not CreditTotal.objects.filter(rule=before).exists()
    past = CreditEntry.objects.filter(rule=before, batch__posted_at__lte=moment)
    assert past.filter(outcome__kind="win").aggregate(m=Sum("amount_minor"))["m"] == 300_00


def test_a_version_that_differs_in_nothing_is_not_made() -> None:
    same = new_version(parameters={"half_life_days": 30})

    assert (same.version, CreditRule.objects.filter(slug="time_decay").count()) == (1, 1)


def test_the_default_stays_the_default_in_its_next_version() -> None:
    version = new_version("linear", "linear", name="Linear", parameters={}, lookback_days=30)

    assert version.is_default
    assert CreditRule.objects.active().filter(is_default=True).get() == version


def test_a_rule_of_another_name_is_a_new_rule() -> None:
    a_win_of_two_touches()
    version = new_version("w-shaped", "w", name="W-shaped", parameters={})

    assert (version.version, version.is_default) == (1, False)
    assert sum(sums("w-shaped").values()) == 300_00


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"parameters": {"half_life_days": -1}}, "half_life_days"),
        ({"kind": "zigzag"}, "kind"),
        ({"lookback_days": 0}, "lookback_days"),
        ({"contact_mode": "neighbours"}, "contact_mode"),
    ],
)
def test_a_version_that_means_nothing_is_refused_by_field(
    given: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidRuleError) as refusal:
        new_version(**given)  # type: ignore[arg-type]

    assert refusal.value.field == field
    assert CreditRule.objects.filter(slug="time_decay").count() == 1


def test_retiring_a_rule_reverses_what_it_holds() -> None:
    a_win_of_two_touches()
    retire_rule(rule=(retired := rule("first")), now=NOW)

    held = CreditEntry.objects.filter(rule=retired).aggregate(
        m=Sum("amount_minor"), n=Sum("count_micro")
    )
    assert held == {"m": 0, "n": 0}
    assert not CreditTotal.objects.filter(rule=retired).exists()
    assert verify_ledger() == []


def test_retiring_a_rule_again_is_without_effect() -> None:
    retire_rule(rule=(retired := rule("first")), now=NOW)
    retire_rule(rule=retired, now=days_ago(-1))

    assert retired.retired_at == NOW


def test_the_default_rule_cannot_be_retired() -> None:
    with pytest.raises(DefaultRuleError):
        retire_rule(rule=rule("linear"), now=NOW)


def test_another_rule_can_be_made_the_default() -> None:
    make_default(rule=rule("position"))

    assert CreditRule.objects.get(is_default=True).slug == "position"


def test_a_retired_rule_cannot_be_made_the_default() -> None:
    retire_rule(rule=(retired := rule("first")), now=NOW)
    with pytest.raises(DefaultRuleError):
        make_default(rule=retired)


def two_channels_that_won(monkeypatch: pytest.MonkeyPatch, *, times: int = 1) -> None:
    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 1)
    for _ in range(times):
        a_win_of_two_touches()


def a_markov_rule() -> CreditRule:
    return new_version("markov", "markov", name="Markov", parameters={"order": 1})


def test_a_data_driven_rule_is_fitted_as_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    two_channels_that_won(monkeypatch)
    made = a_markov_rule()

    assert made.parameters["fitted_at"] == NOW.isoformat()
    assert sums("markov") == {"email": 150_00, "sms": 150_00}


def test_without_journeys_a_data_driven_rule_is_not_made() -> None:
    with pytest.raises(NotFittableError):
        a_markov_rule()
    assert not CreditRule.objects.filter(kind="markov").exists()


def test_fitting_again_makes_a_version_and_moves_no_deal_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_channels_that_won(monkeypatch)
    before = a_markov_rule()
    ben = make_identity(value="ben@acme.example")
    a_tap(ben, days=3, channel="email")
    a_deal(amount_minor=100_00, created=2, won=1, people=(ben,))
    settle()
    assert sums("markov")["sms"] == 150_00

    after = fit_rule(rule=before, now=days_ago(-1))

    assert (after.version, after.parameters["fitted_on"]["journeys"]) == (2, 2)
    assert sums("markov")["sms"] < 150_00
    assert verify_ledger() == []


def test_a_proposed_fit_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    two_channels_that_won(monkeypatch)
    made = a_markov_rule()
    proposal = proposed_fit(rule=made, now=days_ago(-1))

    assert proposal["shares"] == made.parameters["shares"]
    assert proposal["fitted_at"] != made.parameters["fitted_at"]
    assert CreditRule.objects.filter(slug="markov").count() == 1


def test_a_rule_of_fixed_weights_cannot_be_fitted() -> None:
    with pytest.raises(NotFittableError, match="nothing to fit"):
        fit_rule(rule=rule("linear"), now=NOW)


def test_all_data_driven_rules_are_fitted_and_the_rest_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_channels_that_won(monkeypatch)
    a_markov_rule()
    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 99)
    refused = fit_rules(now=days_ago(-1))
    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 1)
    done = fit_rules(now=days_ago(-2))

    assert [type(error) for error in refused.values()] == [NotFittableError]
    assert {made.slug: (made.version, error) for made, error in done.items()} == {
        "markov": (2, None)
    }


def test_a_retired_version_is_put_in_force_again() -> None:
    retire_rule(rule=(retired := rule("first")), now=NOW)
    again = activate_rule(rule=retired, now=days_ago(-1))

    assert (again.version, again.retired_at) == (2, None)
    assert activate_rule(rule=again, now=days_ago(-2)) == again


def test_a_rule_over_paid_channels_divides_among_them() -> None:
    ann = make_identity()
    a_tap(ann, days=31, channel="paid-search")
    a_tap(ann, days=1)
    a_deal(amount_minor=300_00, created=40, won=1, people=(ann,))
    settle()
    new_version("paid", "linear_paid", name="Paid", parameters={})

    assert sums("paid") == {"paid-search": 300_00}
