"""Forms of the admin: they ask the services before anything is stored."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from campaigns.form_fields import form_field
from links.codes import random_code
from links.models import Domain, Link
from links.services import LinkRefusedError, check_domain, check_link, default_domain


class LinkForm(forms.ModelForm):
    """A short link. An empty code becomes a random one."""

    class Meta:
        model = Link
        formfield_callback = form_field
        fields = (
            "title", "domain", "code", "destination_url", "utm_source", "utm_medium",
            "utm_campaign", "utm_content", "utm_term", "passes_query", "starts_at", "expires_at",
            "fallback_url",
        )  # fmt: skip
        help_texts = {
            "title": "For yourselves: where this link is used",
            "code": "What follows the slash. Left empty, a random code is made.",
            "destination_url": "The page it leads to, without UTM values",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domain = self.fields.get("domain")
        if isinstance(domain, forms.ModelChoiceField):
            domain.queryset = Domain.objects.filter(is_active=True)
            domain.initial = _default_domain_or_none()

    def clean_code(self) -> str:
        """Fill in what the field's help text promises."""
        return str(self.cleaned_data.get("code") or random_code())

    def validate_unique(self) -> None:
        """Ask the service, too."""
        super().validate_unique()
        if not self.errors:
            _ask(self, lambda: check_link(self.instance))


class DomainForm(forms.ModelForm):
    """A short domain. A new default takes over from the old one."""

    class Meta:
        model = Domain
        formfield_callback = form_field
        fields = ("host", "scheme", "is_default", "is_active", "root_url", "fallback_url")

    def validate_unique(self) -> None:
        """Write the host in its stored form first, so that no second spelling slips in."""
        _ask(self, lambda: check_domain(self.instance))
        super().validate_unique()

    def _get_validation_exclusions(self) -> set[str]:
        """Leave out the one default: a new default is meant to take over from the old one."""
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc]


def _ask(form: forms.ModelForm, question: Any) -> None:
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
