"""All reports by name: what each of them can do."""

import pytest

from attribution.reports.registry import REPORTS, UnknownReportError, build_report
from tests.attribution.builders import NOW
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_says_what_it_counted(name: str) -> None:
    tell_story()
    definitions = build_report(name, {"rule": "linear"}, now=NOW).for_json()["definitions"]
    assert definitions["rule"] == "linear"
    assert definitions["rule_version"] == 1
    assert definitions["lookback_days"] == 90
    assert definitions["contact_mode"] == "roles_else_company"
    assert definitions["currency"] == "USD"
    assert definitions["time_zone"] == "UTC"
    assert definitions["as_of"] == NOW.isoformat()
    assert definitions["reconciles"] is True
    assert definitions["coverage"]["win"] == "1.0000"


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_comes_as_json_and_csv(name: str) -> None:
    tell_story()
    report = build_report(name, {}, now=NOW)
    assert report.for_json()["report"] == name
    assert len(report.for_csv().splitlines()) > 1


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_words_for_people(name: str) -> None:
    words = dict(build_report(name, {}, now=NOW).definitions.in_words())
    assert words["Rule"].startswith("Linear, version 1.")
    assert words["Lookback"] == "90 days"


def test_a_report_nobody_wrote_is_refused() -> None:
    with pytest.raises(UnknownReportError, match="there are sends, channels"):
        build_report("profits", {}, now=NOW)
