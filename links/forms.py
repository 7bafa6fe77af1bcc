"""Forms of the admin: they ask the services before anything is stored."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from campaigns.form_fields import form_field
from links.codes import random_code
from links.link_fields import TagsField, TargetsField
from links.models import Domain, Link
from links.services import LinkRefusedError, check_link, default_domain


class LinkForm(forms.ModelForm):
    """A short link. An empty code becomes a random one."""

    tags = TagsField(required=False, help_text="For finding it again, with commas between")
    targets = TargetsField(
        required=False,
        label="Targets",
        help_text=(
            "Other destinations for some devices or countries. The first that fits the visitor "
            "wins, else the destination above; UTM values are added to each. Countries are told "
            "apart only where a country database is configured."
        ),
    )

    class Meta:
        model = Link
        formfield_callback = form_field
        fields = (
            "title", "domain", "code", "destination_url", "tags", "utm_source", "utm_medium",
            "utm_campaign", "utm_content", "utm_term", "passes_query", "starts_at", "expires_at",
            "tap_limit", "fallback_url", "targets",
        )  # fmt: skip
        help_texts = {
            "title": "For yourselves: where this link is used",
            "code": "What follows the slash. Left empty, a random code is made.",
            "destination_url": "The page it leads to, without UTM values",
            "tap_limit": (
                "After so many taps by people it leads to its fallback, else to its domain’s. "
                "Previews, scanners and other machines never count. Taps are counted a moment "
                "after they happen, so a few more may still get through."
            ),
            "fallback_url": (
                "Where it leads once it is retired, expired or has reached its tap limit"
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domain = self.fields.get("domain")
        if isinstance(domain, forms.ModelChoiceField):
            domain.queryset = Domain.objects.filter(is_active=True)
            domain.initial = _default_domain_or_none()
        if "tags" in self.fields:
            known = [tag for tag, _ in Link.objects.tag_counts()]
            self.fields["tags"].widget.known = known

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the limit to the service, which says what is wrong with a limit of nothing."""
        return {*super()._get_validation_exclusions(), "tap_limit"}  # type: ignore[misc]

    def clean_code(self) -> str:
        """Fill in what the field's help text promises."""
        return str(self.cleaned_data.get("code") or random_code())

    def validate_unique(self) -> None:
        """Ask the service, too."""
        super().validate_unique()
        if not self.errors:
            ask_service(self, lambda: check_link(self.instance))


def ask_service(form: forms.ModelForm, question: Callable[[], object]) -> None:
    """Ask before anything is stored; what is refused stands at its field."""
    try:
        question()
    except LinkRefusedError as error:
        field = error.field if error.field in form.fields else NON_FIELD_ERRORS
        form.add_error(field, forms.ValidationError(str(error), code=error.code))


def _default_domain_or_none() -> Domain | None:
    try:
        return default_domain()
    except LinkRefusedError:
        return None
