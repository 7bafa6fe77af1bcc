"""Fields of a link's form that hold more than one thing: its tags and its targets."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from links.tags import TagNotAllowedError, split_tags
from links.targets import DEVICES

_EMPTY_ROWS = 2
_DEVICE_NAMES = {"ios": "iPhone, iPad", "android": "Android", "desktop": "Desktop"}


class TagsWidget(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # unfold has no types
    """A line of tags with commas between, and buttons for the tags that other links have."""

    template_name = "links/widgets/tags.html"

    class Media:
        js = ("links/tags.js",)
        css = {"all": ("links/links.css",)}

    def __init__(self, known: Iterable[str] = ()) -> None:
        super().__init__(attrs={"autocomplete": "off", "data-tags": "", "placeholder": ""})
        self.known = list(known)

    def format_value(self, value: Any) -> str | None:
        """Write a list of tags as the line it is edited as."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Bring the known tags along."""
        return {**super().get_context(name, value, attrs), "known": self.known}


class TagsField(forms.CharField):
    """Tags, separated by commas; cleaned to a list."""

    widget = TagsWidget

    def prepare_value(self, value: Any) -> Any:
        """Write a stored list as a line, so that an unchanged field is no change."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """Return the tags as they are stored."""
        if isinstance(value, list | tuple):
            return list(value)
        try:
            return split_tags(value or "")
        except TagNotAllowedError as error:
            raise forms.ValidationError(str(error), code="tag-not-allowed") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Say whether other tags were written, whatever their order and spelling."""
        try:
            return bool(self.to_python(data) != list(initial or []))
        except forms.ValidationError:
            return True


class TargetsWidget(forms.Widget):
    """Rows of devices, countries and destination; a row without destination is no target."""

    template_name = "links/widgets/targets.html"

    class Media:
        css = {"all": ("links/links.css",)}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Show the targets, and empty rows below for more."""
        rows = [*(value or []), *({} for _ in range(_EMPTY_ROWS))]
        return {
            **super().get_context(name, value, attrs),
            "devices": [(device, _DEVICE_NAMES[device]) for device in DEVICES],
            "rows": [
                {**row, "countries": ", ".join(row.get("countries", []))}
                for row in rows
                if isinstance(row, Mapping)
            ],
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        """Return the filled rows as they are stored."""
        rows: list[dict[str, Any]] = []
        while f"{name}-{len(rows)}-url" in data:
            prefix = f"{name}-{len(rows)}"
            rows.append(
                {
                    "devices": data.getlist(f"{prefix}-devices"),
                    "countries": data.get(f"{prefix}-countries", "").replace(",", " ").split(),
                    "destination_url": data.get(f"{prefix}-url", "").strip(),
                }
            )
        return [row for row in rows if any(row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Say whether the form had no such rows at all."""
        return f"{name}-0-url" not in data


class TargetsField(forms.Field):
    """Targets of a link, in the order in which they are tried. Whoever stores them checks them."""

    widget = TargetsWidget
