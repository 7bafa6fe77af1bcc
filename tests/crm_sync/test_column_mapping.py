"""The mapping of an export's columns, and each rule it can break."""

from typing import Any

import pytest

from crm_sync.column_mapping import (
    InvalidMappingError,
    MissingColumnsError,
    check_columns,
    read_mapping,
)
from tests.crm_sync.builders import SALES_PIPELINE_MAPPING


def test_the_documented_mapping_is_read() -> None:
    mapping = read_mapping(SALES_PIPELINE_MAPPING)

    assert (mapping.connection, mapping.currency) == ("acme-export", "USD")
    assert mapping.columns["external_id"] == "opportunity_id"
    assert mapping.stages["Prospecting"] == "open"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"connection": ""}, "“connection” is missing"),
        ({"connection": "Acme Export"}, "lower-case letters"),
        ({"columns": {}}, "where external_id and stage stands"),
        ({"columns": "id"}, "“columns” is missing"),
        ({"columns": {"external_id": "id"}}, "where stage stands"),
        ({"columns": {"stage": "s"}}, "where external_id stands"),
        ({"columns": {"external_id": "a", "stage": "b", "colour": "c"}}, "names colour"),
        ({"columns": {"external_id": 1, "stage": "b"}}, "“columns” is missing"),
        ({"currency": "dollars"}, "“dollars” is not a currency code"),
        ({"date_format": "month first"}, "“month first”"),
        ({"date_format": "%m/%Y"}, "“%m/%Y”"),
        ({"stages": {}}, "“stages” is missing"),
        ({"stages": {"Won": "victory"}}, "“Won” means “victory”"),
        ({"stages": {"x" * 200: "won"}}, "1 to 120 characters"),
        ({"colour": "red"}, "Unknown: colour"),
    ],
)
def test_each_broken_rule_is_named(change: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidMappingError, match=rule):
        read_mapping({**SALES_PIPELINE_MAPPING, **change})


def test_all_broken_rules_are_named_at_once() -> None:
    with pytest.raises(InvalidMappingError) as refused:
        read_mapping({})

    assert len(refused.value.problems) == 5


def test_a_mapping_must_be_an_object() -> None:
    with pytest.raises(InvalidMappingError, match="JSON object"):
        read_mapping([])


def test_a_missing_column_is_refused_with_those_that_there_are() -> None:
    mapping = read_mapping(SALES_PIPELINE_MAPPING)

    with pytest.raises(MissingColumnsError) as refused:
        check_columns(mapping, ["opportunity_id", "deal_stage", "Account"])

    assert "“account” (for company)" in str(refused.value)
    assert "opportunity_id, deal_stage, Account" in str(refused.value)
    assert "opportunity_id" not in refused.value.wrong.values()


def test_a_column_that_stands_twice_is_refused() -> None:
    mapping = read_mapping(
        {**SALES_PIPELINE_MAPPING, "columns": {"external_id": "id", "stage": "stage"}}
    )

    with pytest.raises(MissingColumnsError, match="“stage”"):
        check_columns(mapping, ["id", "stage", "stage"])
