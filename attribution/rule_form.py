"""The form of a credit rule. Saving one that exists starts its next version."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from attribution.fitting import NotFittableError
from attribution.models import CreditRule
from attribution.rule_parameters import completed_parameters
from attribution.weights import (
    ANCHORS,
    DATA_DRIVEN,
    GOALS,
    TOUCH_KINDS,
    InvalidRuleError,
    weighting,
)
from campaigns.models import Channel

WEIGHTS = (*ANCHORS, "rest")
FIT_SETTINGS = ("by", "goal", "order")
_FACTORS = {kind: f"kind_{kind}" for kind in TOUCH_KINDS}
_FITTED = ("shares", "names", "fitted_at", "fitted_on", "standard_errors")
_GOAL_NAMES = {"win": "Wins", "opportunity": "Opportunities", "lead": "Leads"}


def _weight(label: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(1000),
        decimal_places=3,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=help_text,
    )


def _choice(label: str, choices: list[tuple[Any, str]], help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=help_text,
    )


class CreditRuleForm(forms.ModelForm):
    """A credit rule with the parameters of every kind; those of other kinds are not read."""

    half_life_days = forms.DecimalField(
        label="Half-life in days",
        required=False,
        min_value=Decimal("0.001"),
        max_value=Decimal(36_500),
        decimal_places=3,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Time decay: after this many days a touch weighs half. Empty: 30.",
    )
    keeps_direct = forms.BooleanField(
        label="Direct visits earn like any other touch",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Off: direct earns only where every touch is direct.",
    )
    first = _weight("First touch")
    lead = _weight("Lead creation", "The last touch before the first goal event.")
    opportunity = _weight("Opportunity creation", "The last touch before the deal was created.")
    last = _weight("Last touch")
    rest = _weight("All in between", "Shared equally by touches that hold no milestone.")
    kind_tap = _weight("Taps count times", "Empty: 1.")
    kind_visit = _weight("Visits count times", "Empty: 1.")
    channels = forms.ModelMultipleChoiceField(
        label="Paid channels",
        queryset=Channel.objects.all(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None chosen: those marked as paid under Channels.",
    )
    by = _choice("Share credit by", [("channel", "Channel"), ("campaign", "Campaign")])
    goal = _choice("Fitted on", [(goal, _GOAL_NAMES[goal]) for goal in GOALS])
    order = _choice(
        "Order",
        [(1, "1: the touch before"), (2, "2: the two before"), (3, "3: the three before")],
        "Markov: how far back a step looks. More needs more journeys.",
    )

    class Meta:
        model = CreditRule
        fields = ("slug", "name", "kind", "lookback_days", "contact_mode")

    def __init__(self, *args: Any, is_preview: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self._is_preview = is_preview
        self._completed: dict[str, Any] = {}
        self.start: dict[str, Any] = (
            self.initial.pop("parameters", None) or self.instance.parameters or {}
        )
        for name, value in _initial(self.start).items():
            if name in self.fields:  # Whoever may only look gets none
                self.fields[name].initial = value

    def parameters(self) -> dict[str, Any]:
        """Return the rule's parameters as the engine reads them. Call it after `is_valid`."""
        return self._completed

    def clean(self) -> dict[str, Any]:
        """Refuse what the engine could not divide by. Saving a data-driven rule fits it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            self._completed = self._complete(cleaned)
            weighting(kind=cleaned["kind"], parameters=self._completed)
        except InvalidRuleError as error:
            if self._is_preview and error.field == "shares":
                return cleaned  # Saving fits them
            self.add_error(error.field if error.field in self.fields else None, str(error))
        except NotFittableError as error:
            self.add_error("kind", str(error))
        return cleaned

    def validate_unique(self) -> None:
        """A version in force is followed by the next; the slug may stay."""

    def _complete(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        written = _written(cleaned)
        if cleaned["kind"] in DATA_DRIVEN:
            written |= self._fitted_before(cleaned, written)
            if self._is_preview:
                return written
        return completed_parameters(
            kind=cleaned["kind"],
            parameters=written,
            lookback_days=cleaned["lookback_days"],
            contact_mode=cleaned["contact_mode"],
            now=timezone.now(),
        )

    def _fitted_before(
        self, cleaned: Mapping[str, Any], written: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Keep the shares of a rule in which nothing changed that they were fitted by."""
        known = self.instance.parameters or {}
        settings = {name: known[name] for name in (*FIT_SETTINGS, "keeps_direct") if name in known}
        was = (self.initial.get("kind"), self.initial.get("lookback_days"))
        same = was == (cleaned["kind"], cleaned["lookback_days"])
        same = same and self.initial.get("contact_mode") == cleaned["contact_mode"]
        if not same or _with_defaults(settings) != _with_defaults(written):
            return {}
        return {name: known[name] for name in _FITTED if name in known}


def _with_defaults(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {"by": "channel", "goal": "win", "order": 1, "keeps_direct": False, **settings}


def _written(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was written into the fields of the chosen kind, as parameters."""
    kind = cleaned["kind"]
    found: dict[str, Any] = {}
    if kind == "time_decay":
        found["half_life_days"] = _plain(cleaned["half_life_days"]) or 30
    elif kind == "custom":
        found = {name: _plain(cleaned[name]) for name in WEIGHTS if cleaned[name]}
        factors = {
            name: _plain(cleaned[field])
            for name, field in _FACTORS.items()
            if cleaned[field] is not None
        }
        found |= {"kinds": factors} if factors else {}
    elif kind == "linear_paid" and cleaned["channels"]:
        found["channels"] = {str(channel.pk): channel.name for channel in cleaned["channels"]}
    elif kind in DATA_DRIVEN:
        names = FIT_SETTINGS if kind == "markov" else FIT_SETTINGS[:2]
        found = {name: cleaned[name] for name in names if cleaned[name]}
        found |= {"order": int(found["order"])} if "order" in found else {}
    if cleaned["keeps_direct"]:
        found["keeps_direct"] = True
    return found


def _initial(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields show of a rule's parameters."""
    names = ("half_life_days", *WEIGHTS, *FIT_SETTINGS)
    shown = {name: parameters[name] for name in names if name in parameters}
    factors = parameters.get("kinds", {})
    shown |= {field: factors[name] for name, field in _FACTORS.items() if name in factors}
    return {
        **shown,
        "keeps_direct": parameters.get("keeps_direct", False),
        "channels": list(parameters.get("channels", {})),
    }


def _plain(number: Decimal | None) -> int | str | None:
    """Return a number as parameters keep it: whole ones as such, others as text."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else f"{number.normalize():f}"
