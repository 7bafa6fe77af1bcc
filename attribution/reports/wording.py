"""Rules, reasons and goals in plain words. Pure."""

from collections.abc import Mapping
from typing import Any

CONTACT_MODES = {
    "roles": "the deal's own contacts",
    "roles_else_company": "the deal's own contacts, or all of its company's where it has none",
    "company": "all contacts of the deal's company",
    "primary": "the deal's primary contact",
}
DATE_BASES = {
    "touch": "the day of the touch that earned the credit",
    "outcome": "the day of the lead, of the deal's creation or of its close",
}
REASONS = {
    "no_contacts": "The deal has no contact we know",
    "no_touches": "No touch of its contacts was seen",
    "outside_lookback": "All touches are older than the lookback",
    "only_excluded_touches": "Only machine, staff or test touches",
    "no_amount": "No amount in the CRM",
    "no_date": "No date in the CRM",
    "no_rate": "No exchange rate for its currency",
    "too_large": "Amount too large to divide exactly",
    "withdrawn": "Deleted, reopened or taken back",
}
GOALS = {"lead": "Leads", "opportunity": "Opportunities", "win": "Wins"}


def reason_in_words(code: str) -> str:
    """Return why an amount is unattributed or excluded."""
    return REASONS.get(code, code.replace("_", " ").capitalize())


def lacks_in_words(
    what: str, *, without_amount: int, without_date: int, without_rate: int
) -> list[str]:
    """Return what the CRM itself lacks; `what` is “deal” or “lead”."""
    lacks = (
        (
            without_amount,
            "no amount",
            ("it counts, its money is 0", "they count, their money is 0"),
        ),
        (without_date, "no date", ("it is excluded", "they are excluded")),
        (
            without_rate,
            "no exchange rate",
            ("its money is not converted", "their money is not converted"),
        ),
    )
    return [
        f"1 {what} has {lack}: {one}" if number == 1 else f"{number:,} {what}s have {lack}: {many}"
        for number, lack, (one, many) in lacks
        if number
    ]


def lookback_in_words(days: int | None) -> str:
    """Return a lookback window; None is lifetime."""
    return "lifetime" if days is None else f"{days} days"


def rule_in_words(
    *, kind: str, parameters: Mapping[str, Any], lookback_days: int | None, contact_mode: str
) -> str:
    """Return what a rule does in two sentences a campaign manager understands."""
    window = (
        "at any time before the outcome"
        if lookback_days is None
        else f"within {lookback_days} days before the outcome"
    )
    direct = " Direct visits count like any other." if parameters.get("keeps_direct") else ""
    people = CONTACT_MODES[contact_mode]
    return f"{_division(kind, parameters)} Touches count {window}, from {people}.{direct}"


def _division(kind: str, parameters: Mapping[str, Any]) -> str:
    if kind == "time_decay":
        days = parameters.get("half_life_days", 30)
        return f"A touch weighs half as much for every {days} days it lies before the outcome."
    return _DIVISIONS[kind]


_DIVISIONS = {
    "first": "All credit goes to the first touch.",
    "last": "All credit goes to the last touch.",
    "last_non_direct": "All credit goes to the last touch that is not a direct visit.",
    "linear": "Every touch earns the same share.",
    "position": "40 % to the first touch, 40 % to the last, 20 % shared by those between.",
    "u_lead": "40 % to the first touch, 40 % to the one before the lead, 20 % to the others.",
    "u_even": "Half to the first touch, half to the one before the lead.",
    "w": "30 % each to the first touch and to those before the lead and the opportunity, "
    "10 % to the others.",
    "full_path": "22.5 % each to the first touch and to those before the lead, the opportunity "
    "and the close, 10 % to the others.",
    "j_shaped": "20 % to the first touch, 60 % to the last, 20 % to those between.",
    "inverse_j": "60 % to the first touch, 20 % to the last, 20 % to those between.",
    "custom": "Own weights for the first touch, the lead, the opportunity, the close and the rest.",
}
