"""Forms of the credit pages."""

from collections.abc import Mapping
from typing import Any

from django import forms

from attribution.models import CreditRule
from attribution.reports.query import InvalidReportQueryError
from campaigns.models import Campaign, Channel

_LOOKBACKS = [
    ("", "As the rule says"),
    ("7", "7 days"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("180", "180 days"),
    ("lifetime", "Lifetime"),
]
_BASES = [("outcome", "Day of the outcome"), ("touch", "Day of the touch")]
_DAY = {"type": "date"}


class ReportForm(forms.Form):
    """A report's parameters as a plain GET form; the names are the API's."""

    def __init__(self, params: Mapping[str, str], *, error: InvalidReportQueryError | None) -> None:
        super().__init__()
        active = list(CreditRule.objects.active())
        rules = [(rule.slug, rule.name) for rule in active]
        default = next((rule.slug for rule in active if rule.is_default), "")
        channels = Channel.objects.values_list("slug", "name")
        campaigns = Campaign.objects.order_by("name").values_list("name", flat=True)
        modes = CreditRule.ContactMode.choices
        fields: dict[str, forms.Field] = {
            "rule": _choice("Credit rule", rules),
            "lookback_days": _choice("Lookback", _LOOKBACKS),
            "contact_mode": _choice("Contacts", [("", "As the rule says"), *modes]),
            "date_basis": _choice("Days are those of", _BASES),
            "as_of": forms.CharField(label="As known on", widget=forms.DateInput(attrs=_DAY)),
            "from": forms.CharField(label="From", widget=forms.DateInput(attrs=_DAY)),
            "to": forms.CharField(label="To", widget=forms.DateInput(attrs=_DAY)),
            "channel": _choice("Channel", [("", "All channels"), *channels]),
            "campaign": _choice(
                "Campaign", [("", "All campaigns"), *((name, name) for name in campaigns)]
            ),
        }
        for name, field in fields.items():
            field.initial = params.get(name, "") or (default if name == "rule" else "")
            self.fields[name] = field
        self.problems = (
            {problem.field: problem.message for problem in error.problems} if error else {}
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return each field with what is wrong with it, for the template."""
        return [
            {"field": self[name], "problem": self.problems.get(name, "")} for name in self.fields
        ]

    def without(self, *names: str) -> "ReportForm":
        """Leave fields out of a report to which they do not apply."""
        for name in names:
            del self.fields[name]
        return self


def _choice(label: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices))
