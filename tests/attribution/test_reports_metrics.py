"""The quotients of a row: exact, and a dash where there is nothing to divide by."""

from decimal import Decimal

from attribution.reports.metrics import Metrics, median_days, total_of


def test_cost_per_lead_is_spend_over_credited_leads() -> None:
    assert Metrics(spend_minor=100_00, leads_micro=2_500_000).cost_per_lead_minor == 40_00


def test_cost_per_opportunity_rounds_half_a_cent_up() -> None:
    one = Metrics(spend_minor=1_01, opportunities_micro=2_000_000)
    assert one.cost_per_opportunity_minor == 51


def test_without_leads_cost_per_lead_is_undefined_and_not_zero() -> None:
    assert Metrics(spend_minor=100_00).cost_per_lead_minor is None


def test_without_spend_roas_and_roi_are_undefined_and_not_zero() -> None:
    one = Metrics(revenue_minor=500_00)
    assert (one.roas, one.roi) == (None, None)


def test_credit_notes_above_the_cost_leave_no_quotient() -> None:
    assert Metrics(revenue_minor=500_00, spend_minor=-1_00).roas is None


def test_roi_counts_the_margin_and_roas_does_not() -> None:
    one = Metrics(revenue_minor=500_00, spend_minor=100_00, margin=Decimal("0.4"))
    assert (one.roas, one.roi) == (Decimal(5), Decimal(1))


def test_the_tap_rate_is_of_delivered_messages() -> None:
    one = Metrics(human_taps=30, delivered=100, recipients=200)
    assert one.tap_rate == Decimal("0.3")


def test_the_tap_rate_is_of_recipients_where_delivery_is_not_reported() -> None:
    assert Metrics(human_taps=30, recipients=200).tap_rate == Decimal("0.15")


def test_the_corrected_rate_counts_recipients_not_taps() -> None:
    one = Metrics(human_taps=90, recipients_tapped=30, recipients=200)
    assert one.corrected_tap_rate == Decimal("0.15")
    assert Metrics(recipients_tapped=30, recipients=200, delivered=120).corrected_tap_rate == (
        Decimal("0.25")
    )


def test_the_corrected_rate_is_undefined_where_recipients_have_no_link_of_their_own() -> None:
    assert Metrics(human_taps=3, recipients=200).corrected_tap_rate is None
    assert Metrics(recipients_tapped=0).corrected_tap_rate is None


def test_the_tap_rate_of_nobody_is_undefined() -> None:
    assert Metrics(human_taps=3).tap_rate is None


def test_totals_add_what_is_additive_and_leave_out_influence_and_medians() -> None:
    rows = [
        Metrics(spend_minor=1, revenue_minor=10, influenced_minor=100, recipients=5),
        Metrics(spend_minor=2, revenue_minor=20, influenced_minor=100, days_to_win=Decimal(3)),
    ]
    total = total_of(rows)
    assert (total.spend_minor, total.revenue_minor, total.recipients) == (3, 30, 5)
    assert (total.influenced_minor, total.days_to_win, total.delivered) == (None, None, None)


def test_a_median_of_days_has_one_decimal() -> None:
    assert median_days([86_400.0, 129_600.0]) == Decimal("1.3")


def test_no_durations_have_no_median() -> None:
    assert median_days([]) is None
