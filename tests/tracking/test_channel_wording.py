"""Channel rules' conditions as sentences, written and read back."""

import pytest

from tracking.channel_wording import describe_conditions, read_conditions, write_conditions
from tracking.channels import ConditionError
from tracking.default_channel_rules import DEFAULT_RULES


def test_conditions_read_as_a_sentence() -> None:
    conditions = [
        {"field": "source", "operator": "in", "values": ["sms", "text"]},
        {"field": "medium", "operator": "is_empty", "values": []},
    ]
    assert describe_conditions(conditions) == (
        "utm_source is sms or text and utm_medium is missing"
    )
    assert describe_conditions([]) == "always"


@pytest.mark.parametrize("conditions", [rule[2] for rule in DEFAULT_RULES])
def test_every_default_rule_can_be_written_and_read_back(
    conditions: list[dict[str, object]],
) -> None:
    assert read_conditions(write_conditions(conditions)) == conditions


def test_no_line_means_always() -> None:
    assert read_conditions(" \n ") == []


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("color is red", "does not begin with a known field"),
        ("utm_source likes sms", "says nothing we can test"),
        ("utm_source is", "at least one value"),
        ("utm_source matches (", "regular expression"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: str, named: str) -> None:
    with pytest.raises(ConditionError, match=named):
        read_conditions(line)
