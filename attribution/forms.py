"""Forms of the credit pages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from attribution.models import CreditRule
from attribution.reports.query import InvalidReportQueryError
from attribution.weights import InvalidRuleError, weighting
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


class CreditRuleForm(forms.ModelForm):
    """A credit rule. Saving one that exists starts its next version."""

    half_life_days = forms.IntegerField(
        label="Half-life in days",
        required=False,
        min_value=1,
        max_value=36_500,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Time decay only: after this many days a touch weighs half. Empty: 30.",
    )
    keeps_direct = forms.BooleanField(
        label="Direct visits earn like any other touch",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Off: direct earns only where every touch is direct.",
    )

    class Meta:
        model = CreditRule
        fields = ("slug", "name", "kind", "lookback_days", "contact_mode")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = self.instance.parameters or {}
        self.fields["half_life_days"].initial = known.get("half_life_days")
        self.fields["keeps_direct"].initial = known.get("keeps_direct", False)

    def parameters(self) -> dict[str, Any]:
        """Return the rule's parameters as the engine reads them; others are kept as they were."""
        known = dict(self.instance.parameters or {})
        known.pop("half_life_days", None)
        known.pop("keeps_direct", None)
        if self.cleaned_data["kind"] == CreditRule.Kind.TIME_DECAY:
            known["half_life_days"] = self.cleaned_data["half_life_days"] or 30
        if self.cleaned_data["keeps_direct"]:
            known["keeps_direct"] = True
        return known

    def clean(self) -> dict[str, Any]:
        """Refuse what the engine could not divide by."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                weighting(kind=cleaned["kind"], parameters=self.parameters())
            except InvalidRuleError as error:
                self.add_error(error.field if error.field in self.fields else None, str(error))
        return cleaned

    def validate_unique(self) -> None:
        """A version in force is followed by the next; the slug may stay."""
