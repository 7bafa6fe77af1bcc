"""The switches of a report as a plain GET form; the names are the API's."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings

from attribution.models import CreditRule
from attribution.relative_days import PERIODS
from attribution.reports.kinds import ReportKind
from attribution.reports.query import InvalidReportQueryError
from campaigns.models import Campaign, Channel, ExchangeRate

_LOOKBACKS = [
    ("", "As the rule says"),
    ("7", "7 days"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("180", "180 days"),
    ("lifetime", "Lifetime"),
]
_DAY = {"type": "date"}
_BASES = {
    "outcome": "Day of the outcome",
    "touch": "Day of the touch",
    "cohort": "Month of the touch, months since",
}
_DIMENSIONS = {
    "send": "Send",
    "channel": "Channel",
    "campaign": "Campaign",
    "message": "Message",
    "link": "Link",
    "audience": "Audience",
}
_GOALS = {"lead": "Leads", "opportunity": "Opportunities", "win": "Wins"}


class ReportForm(forms.Form):
    """The parameters a report takes, each with what is wrong with it."""

    use_required_attribute = False  # Empty means as the report does by itself

    def __init__(
        self, kind: ReportKind, params: Mapping[str, str], *, error: InvalidReportQueryError | None
    ) -> None:
        super().__init__()
        switches = {*kind.takes, *(("period",) if {"from", "to"} <= set(kind.takes) else ())}
        for name, field in _fields(kind, params).items():
            if name in switches:
                field.initial = params.get(name, "") or field.initial
                self.fields[name] = field
        self.problems = (
            {problem.field: problem.message for problem in error.problems} if error else {}
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return each field with what is wrong with it, for the template."""
        return [
            {"field": self[name], "problem": self.problems.get(name, "")} for name in self.fields
        ]

    def other_problems(self) -> list[str]:
        """Return what is wrong with parameters that have no field here."""
        return [text for name, text in self.problems.items() if name not in self.fields]


def _fields(kind: ReportKind, params: Mapping[str, str]) -> dict[str, forms.Field]:
    """Return the field of every parameter there is; the form keeps those its report takes."""
    active = list(CreditRule.objects.active())
    rules = [(rule.slug, rule.name) for rule in active]
    default = next((rule.slug for rule in active if rule.is_default), "")
    channels = Channel.objects.values_list("slug", "name")
    campaigns = Campaign.objects.order_by("name").values_list("name", flat=True)
    currencies = ExchangeRate.objects.order_by("currency").values_list("currency", flat=True)
    return {
        "by": _choice(
            "Rows", [("", "As usual"), *((name, _DIMENSIONS[name]) for name in kind.dimensions)]
        ),
        "goal": _choice("Goal", [(name, _GOALS[name]) for name in kind.goals]),
        "rule": _choice("Credit rule", _with_present(rules, params.get("rule", "")), default),
        "lookback_days": _choice(
            "Lookback", _with_present(_LOOKBACKS, params.get("lookback_days", ""))
        ),
        "contact_mode": _choice(
            "Contacts", [("", "As the rule says"), *CreditRule.ContactMode.choices]
        ),
        "date_basis": _choice("Days are those of", [(name, _BASES[name]) for name in kind.bases]),
        "as_of": forms.CharField(label="As known on", widget=_day(params.get("as_of", ""))),
        "period": _choice("Period", [("", "The days below, or all"), *PERIODS.items()]),
        "from": forms.CharField(label="From", widget=forms.DateInput(attrs=_DAY)),
        "to": forms.CharField(label="To", widget=forms.DateInput(attrs=_DAY)),
        "channel": _choice("Channel", [("", "All channels"), *channels]),
        "campaign": _choice(
            "Campaign", [("", "All campaigns"), *((name, name) for name in campaigns)]
        ),
        "currency": _choice(
            "Currency",
            [
                ("", settings.REPORTING_CURRENCY),
                *((code, code) for code in currencies.distinct()),
            ],
        ),
        "limit": forms.CharField(label="Rows at most", widget=forms.NumberInput({"min": 1})),
    }


def _day(value: str) -> forms.Widget:
    """Return a calendar, or a plain field where the address names a moment, which no calendar shows."""
    is_day = len(value) <= len("2026-06-30")
    return forms.DateInput(attrs=_DAY) if is_day else forms.TextInput()


def _with_present(choices: list[tuple[str, str]], value: str) -> list[tuple[str, str]]:
    """Keep a choice that the address names and the list does not, such as `linear@3`."""
    return choices if not value or value in dict(choices) else [*choices, (value, value)]


def _choice(label: str, choices: Any, initial: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices), initial=initial)
