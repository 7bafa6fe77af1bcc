"""The form of a credit rule."""

import pytest

from attribution.rule_form import CreditRuleForm
from tests.attribution.builders import rule

pytestmark = pytest.mark.django_db

FIELDS = {"name": "Decay", "slug": "decay", "lookback_days": "90", "contact_mode": "primary"}


def test_a_half_life_belongs_to_time_decay_alone() -> None:
    form = CreditRuleForm({**FIELDS, "kind": "linear", "half_life_days": "7"})
    assert form.is_valid()
    assert form.parameters() == {}


def test_time_decay_without_a_half_life_takes_30_days() -> None:
    form = CreditRuleForm({**FIELDS, "kind": "time_decay"})
    assert form.is_valid()
    assert form.parameters() == {"half_life_days": 30}


def test_direct_may_earn_like_any_touch() -> None:
    form = CreditRuleForm({**FIELDS, "kind": "linear", "keeps_direct": "on"})
    assert form.is_valid()
    assert form.parameters() == {"keeps_direct": True}


def test_a_custom_rule_without_weights_is_refused() -> None:
    form = CreditRuleForm({**FIELDS, "kind": "custom"})
    assert not form.is_valid()
    assert "weight" in str(form.errors)


def test_it_shows_the_half_life_in_force() -> None:
    form = CreditRuleForm(instance=rule("time_decay"))
    assert form.fields["half_life_days"].initial in {30, None}
