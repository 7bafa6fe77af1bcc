"""Fields of a send's form with a place beside them for what is said of their values."""

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.name_parts import PartGroup


class CheckedInput(UnfoldAdminTextInputWidget):
    """A text field that offers values, and says what is wrong with the one typed.

    `notes` is HTML; the page's script puts newer notes in its place.
    """

    template_name = "campaigns/widgets/checked_input.html"
    options: Sequence[str] = ()
    notes = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the offered values and the notes."""
        context = super().get_context(name, value, {**(attrs or {}), "list": f"id_{name}_options"})
        context["widget"] |= {"options": self.options, "notes": self.notes}
        return context


class CampaignNameInput(CheckedInput):
    """The campaign's name, and the parts it is made of as fields of their own."""

    template_name = "campaigns/widgets/campaign_name.html"
    groups: Sequence[PartGroup] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the parts of each channel's names."""
        context = super().get_context(name, value, attrs)
        context["widget"]["groups"] = self.groups
        return context


class Fragment(forms.Widget):
    """A part of the preview among the fields. It holds no value."""

    template_name = "campaigns/widgets/fragment.html"
    notes = ""

    def __init__(self, slot: str) -> None:
        super().__init__()
        self.slot = slot

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the preview as it is now."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"slot": self.slot, "notes": self.notes}
        return context

    def id_for_label(self, id_: str) -> str:
        """Return none: there is nothing to focus."""
        return ""
