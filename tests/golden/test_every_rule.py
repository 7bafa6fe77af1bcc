"""CSV in, CSV out: a small book of deals, divided under every rule.

`credit.csv` was worked out in exact fractions (tests/attribution/oracle.py) and holds the
worked figures of docs/attribution.md. A rule that changes it needs a new version, not a new file.
"""

import csv
from pathlib import Path
from typing import Any

import pytest

from attribution.division import REASONS
from attribution.facts import id_of
from attribution.ledger import divided
from attribution.models import CreditRule, Outcome
from campaigns.models import Channel
from crm_sync.models import Deal
from tests.attribution.builders import a_deal, a_lead, a_tap, make_identity, settle
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
WITH_PARAMETERS = {"custom", "time_decay", "linear_paid", "markov", "shapley"}
RULES: dict[str, dict[str, object]] = {
    **{kind: {} for kind in CreditRule.Kind.values if kind not in WITH_PARAMETERS},
    "time_decay": {"half_life_days": 30},
    "time_decay_7": {"half_life_days": 7},
    "custom": {"first": 50, "lead": 12.5, "last": 25, "rest": 12.5},
    "linear_paid": {"channels": {"paid-search": "Paid Search", "email": "Email"}},
    "markov": {"shares": {"sms": "0.6", "email": "0.3", "direct": "0.1"}},
    "shapley": {"shares": {"sms": "0.123456789", "paid-search": "0.876543211"}},
}
"""Channels by their slugs; the rules themselves name them by id."""


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def fill_the_book() -> dict[str, str]:
    """Make the deals and touches; return the number of each touch within its deal by its id."""
    numbers: dict[str, str] = {}
    for row in rows("deals.csv"):
        person = make_identity()
        for touch in rows("touches.csv"):
            if touch["deal"] == row["deal"]:
                made = a_tap(person, days=float(touch["days_before_win"]), channel=touch["channel"])
                numbers[str(made.pk)] = touch["touch"]
        if row["lead_days_before_win"]:
            a_lead(person, days=float(row["lead_days_before_win"]))
        created = row["opportunity_days_before_win"]
        a_deal(
            name=row["deal"],
            amount_minor=round(float(row["amount"]) * 100),
            created=float(created) if created else None,
            won=0,
            people=(person,),
        )
    settle()
    return numbers


def test_every_deal_is_divided_as_the_golden_table_says() -> None:
    numbers = fill_the_book()
    wins = list(Outcome.objects.filter(kind="win"))
    names = [Deal.objects.get(pk=win.deal_id).name for win in wins]
    found = [
        (slug, names[row["outcome"]], _place(row, numbers), _money(int(row["amount_minor"])))
        for slug, parameters in RULES.items()
        for row in divided(wins, [_rule(slug, parameters)])
    ]

    golden = [(r["rule"], r["deal"], r["place"], r["amount"]) for r in rows("credit.csv")]
    assert sorted(found) == sorted(golden)
    assert Touchpoint.objects.count() == len(rows("touches.csv"))


def _rule(slug: str, parameters: dict[str, object]) -> CreditRule:
    kind = slug.removesuffix("_7")
    ids = {channel.slug: str(channel.pk) for channel in Channel.objects.all()}
    for name in {"channels", "shares"} & parameters.keys():
        by_slug: Any = parameters[name]
        parameters = {name: {ids[place]: value for place, value in by_slug.items()}}
    return CreditRule(kind=kind, parameters=parameters, lookback_days=90, contact_mode="roles")


def _place(row: Any, numbers: dict[str, str]) -> str:
    touch = id_of(row["touch_id"])
    return f"touch {numbers[str(touch)]}" if touch else REASONS[row["reason"]]


def _money(minor: int) -> str:
    sign, minor = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{minor // 100}.{minor % 100:02}"
