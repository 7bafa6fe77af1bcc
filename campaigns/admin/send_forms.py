"""The forms of a send and its messages, which speak the naming convention's language."""

import difflib
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from campaigns.admin.builder_widgets import CampaignNameInput, CheckedInput, Fragment
from campaigns.admin.send_form_data import composed_name
from campaigns.conventions import Violation
from campaigns.form_fields import form_field
from campaigns.lifecycle import is_frozen
from campaigns.models import Send
from campaigns.published_rules import NoConventionError
from campaigns.quiet_hours import UnknownTimeZoneError, zone_named
from campaigns.send_checks import check_send
from campaigns.time_zones import common_zones

UTM_FIELDS = {"utm_source", "utm_medium", "utm_campaign", "utm_term"}


class SendForm(forms.ModelForm):
    """A send whose UTM values are checked against its channel's convention.

    `refused` is what stood against it when it was saved, after a check that found nothing.
    """

    refused: Sequence[Violation] = ()
    destination_url = forms.URLField(
        label="Landing page",
        max_length=2000,
        assume_scheme="https",
        help_text="The page behind the short links, without UTM values.",
        widget=CheckedInput(attrs={"placeholder": "https://example.com/trial", "inputmode": "url"}),
    )
    in_reports = forms.Field(label="In reports", required=False, widget=Fragment("builder-reports"))

    class Meta:
        model = Send
        formfield_callback = form_field
        fields = (
            "name",
            "campaign",
            "audience",
            "audience_size",
            "holdout_percent",
            "scheduled_at",
            "time_zone",
            "destination_url",
            "channel",
            "utm_campaign",
            "utm_source",
            "utm_medium",
            "utm_term",
        )
        labels = {
            "utm_source": "UTM source",
            "utm_medium": "UTM medium",
            "utm_campaign": "UTM campaign",
            "utm_term": "UTM term",
            "audience_size": "Planned recipients",
            "holdout_percent": "Holdout, per cent",
            "scheduled_at": "Planned for",
            "time_zone": "Recipients’ time zone",
        }
        help_texts = {
            "audience": "",
            "audience_size": "",
            "holdout_percent": "How many of them get nothing, so that the send’s effect shows. "
            "Fixed once people are uploaded.",
            "time_zone": "",
            "utm_campaign": "The send’s name in every report. Used once, never again.",
            "utm_term": "Optional: the audience or list, such as lapsed-trials.",
        }
        widgets = {
            "audience": CheckedInput(attrs={"placeholder": "Lapsed trials"}),
            "time_zone": CheckedInput(attrs={"placeholder": "America/New_York"}),
            "utm_campaign": CampaignNameInput(attrs={"placeholder": "trial-reengagement-june"}),
            "utm_source": CheckedInput(),
            "utm_medium": CheckedInput(),
            "utm_term": CheckedInput(attrs={"placeholder": "lapsed-trials"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("utm_source", "utm_medium", "utm_campaign", "holdout_percent"):
            if name in self.fields:
                # A name may be made of its parts; of an empty value the convention says more.
                self.fields[name].required = False

    def clean_utm_campaign(self) -> str:
        """Make the name of its parts where it was left empty, as without the page's script."""
        name: str = self.cleaned_data["utm_campaign"]
        channel = self.cleaned_data.get("channel")
        return name or (composed_name(self.data, channel.pk) if channel else "")

    def clean_holdout_percent(self) -> int:
        """Hold nobody out where nothing was written."""
        return self.cleaned_data["holdout_percent"] or 0

    def clean_time_zone(self) -> str:
        """Refuse a zone nobody knows, and offer the one that was probably meant."""
        name: str = self.cleaned_data["time_zone"]
        try:
            return zone_named(name).key if name else ""
        except UnknownTimeZoneError as error:
            found = Violation("time_zone", name, "unknown-time-zone", str(error), meant_zone(name))
            raise forms.ValidationError(explain(found, "id_time_zone")) from error

    def _get_validation_exclusions(self) -> set[str]:
        """Keep the constraints on UTM values silent: the convention says more, and in words."""
        return super()._get_validation_exclusions() | UTM_FIELDS  # type: ignore[misc]

    def validate_unique(self) -> None:
        """Check the values against the convention; called when every field was read."""
        if is_frozen(self.instance.status) or not self.instance.channel_id:
            return
        try:
            verdict = check_send(self.instance, [], now=timezone.now())
        except NoConventionError as error:
            self.add_error("channel", str(error))
            return
        by_field: dict[str, list[Violation]] = {}
        for found in self._with_refused(verdict.violations):
            by_field.setdefault(found.field, []).append(found)
        for field, violations in by_field.items():
            if field in self.fields and field not in self.errors:
                # One suggestion mends them all, so it is offered once.
                messages = [found.message for found in violations[:-1]]
                self.add_error(field, [*messages, explain(violations[-1], f"id_{field}")])

    def _with_refused(self, violations: Sequence[Violation]) -> list[Violation]:
        """Add what was refused and is not found again; a version's name stands at the top."""
        known = {(found.field, found.rule) for found in violations}
        again = [found for found in self.refused if (found.field, found.rule) not in known]
        for found in again:
            if found.field not in self.fields:
                self.add_error(None, found.message)
        return [*violations, *again]


def explain(found: Violation, input_id: str) -> str:
    """Return a violation as a field's error, its suggestion a button that fills the field in."""
    if not found.suggestion:
        return found.message
    return format_html(
        '{} <button type="button" class="font-semibold underline" data-fill="{}" '
        'data-value="{}">Use “{}”</button>',
        found.message,
        input_id,
        found.suggestion,
        found.suggestion,
    )


def meant_zone(name: str) -> str:
    """Return the time zone that was probably meant, such as by its city alone; or none."""
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in reversed(common_zones())}
    typed = name.rpartition("/")[2].strip().casefold().replace(" ", "_")
    close = difflib.get_close_matches(typed[:80], cities, n=1, cutoff=0.75)
    return cities[close[0]] if close else ""
