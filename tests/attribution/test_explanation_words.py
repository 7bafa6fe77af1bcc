"""An explained division in words and figures."""

from fractions import Fraction

import pytest

from attribution.explanation import (
    AFTER,
    DIRECT,
    EARNS,
    EXCLUDED,
    OUTSIDE,
    REPEAT,
    Division,
    Explanation,
    Ratio,
    TouchStep,
)
from attribution.explanation_words import (
    age_in_words,
    conclusion,
    exact_in_words,
    normalised_in_words,
    ratio_in_words,
    rounding_in_words,
    verdict_in_words,
)
from attribution.journeys import DAY


def a_part(amount: int, *, gets_unit: bool = False, rank: int = 1) -> Division:
    return Division(
        exact=Fraction(10_000, 3),
        whole=amount - gets_unit,
        rank=rank,
        gets_unit=gets_unit,
        amount_minor=amount,
        count_micro=0,
    )


def an_explanation(*parts: Division, left_over: int = 0) -> Explanation:
    steps = tuple(TouchStep(row, EARNS, DAY, division=part) for row, part in enumerate(parts))
    amount = sum(part.amount_minor for part in parts)
    return Explanation(steps, "", amount, 3, left_over, is_even=False)


def cents(minor: int) -> str:
    return f"{minor}c"


@pytest.mark.parametrize(
    ("verdict", "age", "words"),
    [
        (EARNS, DAY, ""),
        (AFTER, -2 * DAY, "Earns nothing: it came 2.0 days after the outcome"),
        (OUTSIDE, 91 * DAY, "91.0 days before the outcome, and the lookback ends at 90 days"),
        (EXCLUDED, DAY, "Earns nothing: excluded as machine"),
        (REPEAT, DAY, "Earns nothing: the same click was counted before"),
        (DIRECT, DAY, "Earns nothing: direct earns only where no other touch does"),
    ],
)
def test_every_verdict_has_its_words(verdict: str, age: int, words: str) -> None:
    step = TouchStep(0, verdict, age)
    assert words in verdict_in_words(step, lookback_days=90, exclusion="Machine")


@pytest.mark.parametrize(
    ("age", "words"),
    [(DAY * 3 // 2, "1.5 days"), (DAY // 8, "3.0 hours"), (DAY // 720, "2 minutes")],
)
def test_ages_have_a_fitting_unit(age: int, words: str) -> None:
    assert age_in_words(age) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (Ratio(anchors=(("first", Fraction(30)), ("lead", Fraction(30)))),
         "30 first touch + 30 last before the lead"),
        (Ratio(rest=Fraction(10), sharers=2), "20 ÷ 2 touches in between"),
        (Ratio(rest=Fraction(10), sharers=1), "10 in between"),
        (Ratio(rest=Fraction(10), sharers=1, factor=Fraction(3)), "(10 in between) × 3 for its kind"),
        (Ratio(halvings=Fraction(3, 2)), "2^−1.5000 = 0.353553"),
        (Ratio(share=Fraction(1, 4), by="channel"), "25% is the share of its channel"),
        (Ratio(share=Fraction(1), by="channel", counts_alike=True), "1: its channel counts"),
        (Ratio(share=Fraction(0), by="channel", counts_alike=True), "0: its channel does not count"),
    ],
)  # fmt: skip
def test_every_weight_says_how_it_came_about(ratio: Ratio, words: str) -> None:
    assert ratio_in_words(ratio) == words


def test_weights_that_are_none_are_even() -> None:
    assert ratio_in_words(Ratio(), is_even=True) == "no touch has a weight, so all get the same"


def test_quotients_have_four_more_decimals_than_the_currency() -> None:
    assert exact_in_words(a_part(3333), digits=2) == "33.333333"
    assert normalised_in_words(Fraction(1, 3)) == "33.3333%"


def test_who_got_a_cent_left_over_is_told_why() -> None:
    part = a_part(3334, gets_unit=True)
    told = rounding_in_words(part, an_explanation(part, left_over=1))
    assert told == "gets the one cent left over: its fraction 0.3333 is number 1"
    assert rounding_in_words(part, an_explanation(part, left_over=2)).startswith(
        "gets one of 2 cents"
    )
    assert not rounding_in_words(a_part(3333), an_explanation(part, left_over=1))


def test_the_conclusion_adds_up() -> None:
    parts = a_part(3334, gets_unit=True), a_part(3333), a_part(3333)
    assert conclusion(an_explanation(*parts, left_over=1), money=cents) == (
        "3 parts, cut to whole cents, make 9999c. The 1c left over goes to the largest fractions, "
        "of equal ones to the earlier touch, a cent each. Together: 10000c."
    )


def test_a_division_without_remainder_says_so() -> None:
    assert (
        conclusion(an_explanation(a_part(5)), money=cents) == "One part of 5c, without a remainder."
    )


def test_nobody_earning_says_so() -> None:
    nobody = Explanation((), "no_touches", 7, 0, 0, is_even=False)
    assert conclusion(nobody, money=cents) == "Nobody earns 7c."
