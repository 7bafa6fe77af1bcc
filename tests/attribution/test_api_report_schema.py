"""The OpenAPI schema types every report's parameters and columns."""

from typing import Any

import pytest

from attribution.reports.registry import REPORTS
from tests.campaigns.builders import api_client

pytestmark = pytest.mark.django_db


@pytest.fixture(name="paths")
def _paths() -> Any:
    answer = api_client("read").get("/api/v1/schema", {"format": "json"})
    return answer.json()["paths"]


def test_every_report_has_its_own_parameters_and_typed_rows(paths: Any) -> None:
    for name, kind in REPORTS.items():
        operation = paths[f"/api/v1/reports/{name}"]["get"]
        assert {one["name"] for one in operation["parameters"]} == {*kind.takes, "format"}
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        row = answer["properties"]["rows"]["items"]
        assert set(row.get("properties", {})) == {column.name for column in kind.columns}


def test_money_is_an_object_and_any_value_may_be_null(paths: Any) -> None:
    answer = paths["/api/v1/reports/sends"]["get"]["responses"]["200"]
    row = answer["content"]["application/json"]["schema"]["properties"]["rows"]["items"]
    spend = row["properties"]["spend"]
    assert spend["type"] == ["object", "null"]
    assert set(spend["properties"]) == {"amount", "currency"}


def test_a_parameter_with_choices_lists_them(paths: Any) -> None:
    parameters = paths["/api/v1/reports/funnel"]["get"]["parameters"]
    basis = next(one for one in parameters if one["name"] == "date_basis")
    assert set(basis["schema"]["enum"]) == {"outcome", "touch", "cohort"}
