"""The form of a domain, with the files it shows."""

from collections.abc import Mapping
from typing import Any

from django import forms

from campaigns.form_fields import form_field
from links.forms import ask_service
from links.models import Domain
from links.services import check_domain
from links.well_known import COMMON


class FilesWidget(forms.Widget):
    """Rows of a file's name and its content, with an empty one below for another."""

    template_name = "links/widgets/files.html"

    class Media:
        css = {"all": ("links/links.css",)}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Show the files, and what is asked for most as suggestions for another."""
        files = value if isinstance(value, Mapping) else {}
        return {
            **super().get_context(name, value, attrs),
            "files": [*files.items(), ("", "")],
            "common": [common for common in COMMON if common not in files],
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        """Return the filled rows as they are stored. A row without content is no file."""
        rows = zip(data.getlist(f"{name}-name"), data.getlist(f"{name}-content"), strict=False)
        return {title.strip(): content for title, content in rows if content.strip()}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Say whether the form had no such rows at all."""
        return f"{name}-name" not in data


class FilesField(forms.Field):
    """Files by name. Whoever stores them checks them."""

    widget = FilesWidget

    def clean(self, value: Any) -> Any:
        """Return the files; none is an empty object, never nothing."""
        return value or {}


class DomainForm(forms.ModelForm):
    """A short domain. A new default takes over from the old one."""

    well_known = FilesField(
        required=False,
        label="Files under /.well-known/",
        help_text="Such as those that let links open your app. Empty a file to remove it.",
    )

    class Meta:
        model = Domain
        formfield_callback = form_field
        fields = (
            "host", "scheme", "is_default", "is_active", "root_url", "fallback_url", "icon_url",
            "robots_txt", "well_known",
        )  # fmt: skip
        labels = {"root_url": "Bare address", "fallback_url": "Fallback"}
        help_texts = {
            "host": "Such as go.example.com: short, yours, and used for short links only",
            "scheme": "https, unless this is a trial on your own machine",
            "is_default": "New links go here unless their campaign has a domain of its own",
            "is_active": "Switched off, none of its links works",
            "root_url": "Where somebody lands who types the domain without a code",
            "fallback_url": "Where unknown, expired and retired codes lead; else a plain page says so",
            "icon_url": "Where /favicon.ico leads",
            "robots_txt": "Left empty, robots may fetch links for previews and list none of them",
        }

    def validate_unique(self) -> None:
        """Write the host in its stored form first, so that no second spelling slips in."""
        ask_service(self, lambda: check_domain(self.instance))
        super().validate_unique()

    def _get_validation_exclusions(self) -> set[str]:
        """Leave out the one default: a new default is meant to take over from the old one."""
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc]
