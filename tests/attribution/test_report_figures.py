"""The figures above a report's table, and how they moved."""

from decimal import Decimal

from attribution.admin.report_figures import key_figures
from attribution.reports.metrics import MICRO, Metrics


def some(*, revenue: int = 0, spend: int = 0, leads: int = 0) -> Metrics:
    metrics = Metrics(margin=Decimal(1))
    metrics.revenue_minor, metrics.spend_minor = revenue, spend
    metrics.leads_micro = leads * MICRO
    return metrics


def moved(now: Metrics, before: Metrics) -> dict[str, tuple[str, str]]:
    figures = key_figures(now, "USD", before=before)
    return {one["label"]: (one["trend"], one["trend_class"]) for one in figures}


def test_they_are_short_to_read_and_exact_when_pointed_at() -> None:
    figure = key_figures(some(revenue=1_234_567_89), "USD")[4]
    assert (figure["value"], figure["exact"]) == ("$1,234,568", "$1,234,567.89")


def test_what_cannot_be_divided_is_a_dash() -> None:
    assert key_figures(some(), "USD")[5]["value"] == "–"


def test_more_is_up_and_less_is_down() -> None:
    change = moved(some(revenue=150, leads=1), some(revenue=100, leads=2))
    assert change["Revenue attributed"] == ("+50 %", "up")
    assert change["Leads credited"] == ("−50 %", "down")


def test_more_spend_is_neither_good_nor_bad() -> None:
    assert moved(some(spend=150), some(spend=100))["Spend"] == ("+50 %", "flat")


def test_from_nothing_there_is_no_percentage() -> None:
    change = moved(some(revenue=5), some())
    assert change["Revenue attributed"] == ("new", "flat")
    assert change["Leads credited"] == ("", "flat")


def test_without_days_before_nothing_is_said() -> None:
    assert "trend" not in key_figures(some(), "USD")[0]
