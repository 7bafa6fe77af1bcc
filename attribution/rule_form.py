"""The form of a credit rule."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from attribution.models import CreditRule
from attribution.weights import InvalidRuleError, weighting


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
