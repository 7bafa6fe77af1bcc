"""What a deal's page is asked."""

from uuid import UUID

import pytest

from attribution.journey_query import read_asked
from attribution.models import CreditRule
from attribution.reports.query import InvalidReportQueryError
from tests.attribution.builders import NOW, rule

pytestmark = pytest.mark.django_db
ID = "00000000-0000-7000-8000-000000000000"


def test_the_default_rule_explains_now_unless_asked_otherwise() -> None:
    asked = read_asked({}, now=NOW, unmasked=False)
    assert (asked.rule, asked.as_of, asked.outcome_id) == (rule("linear"), None, None)


def test_rule_moment_and_outcome_are_read() -> None:
    asked = read_asked(
        {"rule": "position", "as_of": "2027-06-30", "outcome": ID}, now=NOW, unmasked=True
    )
    assert (asked.rule, asked.outcome_id, asked.unmasked) == (rule("position"), UUID(ID), True)
    assert asked.as_of is not None


def test_without_an_active_rule_nothing_explains() -> None:
    CreditRule.objects.update(retired_at=NOW)
    assert read_asked({}, now=NOW, unmasked=False).rule is None


@pytest.mark.parametrize("params", [{"rule": "no"}, {"as_of": "no"}, {"outcome": "no"}])
def test_what_cannot_be_used_is_refused_by_its_name(params: dict[str, str]) -> None:
    with pytest.raises(InvalidReportQueryError) as error:
        read_asked(params, now=NOW, unmasked=False)
    assert [problem.field for problem in error.value.problems] == list(params)
