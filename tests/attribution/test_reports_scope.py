"""A report's rule: by its slug, as of a moment, or pinned to a version."""

from datetime import timedelta

import pytest

from attribution.models import CreditRule
from attribution.reports.query import InvalidReportQueryError, ReportQuery
from attribution.reports.registry import build_report
from attribution.reports.scope import scope_of
from attribution.rule_versions import create_rule_version
from tests.attribution.builders import NOW, rule
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def edit_linear() -> CreditRule:
    """Give `linear` a lookback of 20 days, a day after `NOW`."""
    old = rule("linear")
    return create_rule_version(
        slug="linear",
        name=old.name,
        kind=old.kind,
        parameters=old.parameters,
        lookback_days=20,
        contact_mode=old.contact_mode,
        now=LATER,
    )


def problem(**asked: object) -> tuple[str, str]:
    with pytest.raises(InvalidReportQueryError) as refused:
        scope_of(ReportQuery(**asked), now=LATER)  # type: ignore[arg-type]
    return refused.value.problems[0].field, refused.value.problems[0].code


def test_a_slug_means_the_version_in_force_at_the_reports_moment() -> None:
    edit_linear()
    assert scope_of(ReportQuery(rule="linear"), now=LATER).rule.version == 2
    past = scope_of(ReportQuery(rule="linear", as_of=NOW), now=LATER)
    assert past.rule.version == 1
    assert past.every_touch is not None
    assert past.every_touch.version == 1


def test_a_pinned_version_answers_as_of_the_past() -> None:
    edit_linear()
    assert scope_of(ReportQuery(rule="linear@1", as_of=NOW), now=LATER).rule.version == 1


def test_a_pinned_version_that_is_retired_by_then_is_refused() -> None:
    edit_linear()
    assert problem(rule="linear@1") == ("rule", "retired-rule")
    assert problem(rule="linear@1", as_of=LATER) == ("rule", "retired-rule")


@pytest.mark.parametrize("name", ["linear@9", "best@1", "linear@", "@1"])
def test_a_version_that_does_not_exist_is_refused(name: str) -> None:
    assert problem(rule=name) == ("rule", "unknown-rule")


def test_the_permalink_gives_the_same_figures_after_everything_has_moved() -> None:
    story = tell_story()
    report = build_report("sends", {"from": "2026-01-01"}, now=NOW)
    edit_linear()
    type(story.deal).objects.filter(pk=story.deal.pk).update(amount_minor=5)
    again = build_report("sends", report.definitions.pinned, now=LATER)
    assert [row.metrics for row in again.rows] == [row.metrics for row in report.rows]
    assert again.permalink == report.permalink


def test_the_permalink_of_a_what_if_keeps_its_choices_and_has_no_past() -> None:
    tell_story()
    report = build_report("channels", {"lookback_days": "20"}, now=NOW)
    assert report.definitions.pinned == {"lookback_days": "20", "rule": "linear@1"}
