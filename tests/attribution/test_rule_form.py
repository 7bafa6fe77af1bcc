"""The form of a credit rule: what each kind reads, and what is refused."""

from typing import Any

import pytest

from attribution import fitting
from attribution.models import CreditRule
from attribution.rule_form import CreditRuleForm
from campaigns.models import Channel
from tests.attribution.builders import NOW, rule
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db

FIELDS = {"name": "Decay", "slug": "decay", "lookback_days": "90", "contact_mode": "roles"}


def form_of(kind: str, **fields: Any) -> CreditRuleForm:
    return CreditRuleForm({**FIELDS, "kind": kind, **fields})


def parameters(kind: str, **fields: Any) -> dict[str, Any]:
    form = form_of(kind, **fields)
    assert form.is_valid(), form.errors
    return form.parameters()


def test_a_half_life_belongs_to_time_decay_alone() -> None:
    assert parameters("linear", half_life_days="7") == {}


def test_time_decay_without_a_half_life_takes_30_days() -> None:
    assert parameters("time_decay") == {"half_life_days": 30}


def test_a_half_life_may_have_decimals() -> None:
    assert parameters("time_decay", half_life_days="22.50") == {"half_life_days": "22.5"}


def test_direct_may_earn_like_any_touch() -> None:
    assert parameters("linear", keeps_direct="on") == {"keeps_direct": True}


def test_custom_weights_and_factors_are_read() -> None:
    written = {"first": "40", "rest": "12.5", "lead": "0", "kind_tap": "2", "kind_visit": ""}

    assert parameters("custom", **written) == {"first": 40, "rest": "12.5", "kinds": {"tap": 2}}


def test_a_custom_rule_without_weights_is_refused() -> None:
    form = form_of("custom")
    assert not form.is_valid()
    assert "weight" in str(form.errors["first"])


def test_a_weight_with_four_decimals_is_refused_beside_its_field() -> None:
    assert "first" in form_of("custom", first="1.2345").errors


def test_paid_channels_are_those_chosen() -> None:
    sms = Channel.objects.get(slug="sms")

    assert parameters("linear_paid", channels=[str(sms.pk)]) == {"channels": {str(sms.pk): "SMS"}}


def test_without_a_choice_the_channels_marked_as_paid_are_paid() -> None:
    assert "Paid Search" in parameters("linear_paid")["channels"].values()


def test_a_data_driven_rule_without_journeys_is_refused_with_what_is_missing() -> None:
    form = form_of("markov", order="2")
    assert not form.is_valid()
    assert "at least 20 journeys" in str(form.errors["kind"])


def test_a_preview_fits_nothing() -> None:
    form = CreditRuleForm({**FIELDS, "kind": "markov", "order": "2"}, is_preview=True)
    assert form.is_valid()
    assert form.parameters() == {"order": 2}


@pytest.fixture
def markov(monkeypatch: pytest.MonkeyPatch) -> CreditRule:
    """Return a fitted rule."""
    from attribution.services import create_rule_version

    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 1)
    tell_story()
    return create_rule_version(
        slug="decay", name="Markov", kind="markov", parameters={}, lookback_days=90,
        contact_mode="roles", now=NOW,
    )  # fmt: skip


def edited(markov: CreditRule, **fields: Any) -> dict[str, Any]:
    form = CreditRuleForm({**FIELDS, "kind": "markov", **fields}, instance=markov)
    assert form.is_valid(), form.errors
    return form.parameters()


def test_a_new_name_keeps_the_fitted_shares(markov: CreditRule) -> None:
    kept = edited(markov, name="Renamed", by="channel", goal="win", order="1")

    assert kept["fitted_at"] == markov.parameters["fitted_at"]


def test_another_order_or_lookback_is_fitted_anew(markov: CreditRule) -> None:
    before = markov.parameters["fitted_at"]

    assert edited(markov, order="2")["fitted_at"] != before
    assert edited(markov, lookback_days="30")["fitted_at"] != before


def test_it_shows_the_parameters_in_force() -> None:
    assert CreditRuleForm(instance=rule("time_decay")).fields["half_life_days"].initial == 30
    custom = CreditRule(kind="custom", parameters={"first": 60, "kinds": {"tap": 2}})
    fields = CreditRuleForm(instance=custom).fields
    assert (fields["first"].initial, fields["kind_tap"].initial) == (60, 2)
