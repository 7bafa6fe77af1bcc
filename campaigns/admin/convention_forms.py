"""The form of a convention's draft, its parts included."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin_base import TextrailTabularInline
from campaigns.models import ConventionToken, NamingConvention
from campaigns.periods import PERIOD_FORMS, example_of

PREVIEW = "_preview"
"""The button that shows examples without saving anything, for browsers without JavaScript."""

_OFFERED_FORMS = " ".join(f"{form}={example_of(form)}" for form in PERIOD_FORMS)
_BETWEEN = re.compile(r"[,;\n]+")
_LONGEST_WORD = 50
_LONGEST_VALUE = 100


class WordsField(forms.CharField):
    """A list of words, typed with commas between them."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        """Return the list as one writes it."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the words, each once, in the order they were typed."""
        words = [word.strip() for word in _BETWEEN.split(value or "")]
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Say whether the words differ; no list and an empty one are the same."""
        return not self.disabled and (initial or []) != self.to_python(data)

    def run_validators(self, value: Any) -> None:
        """Refuse a word that no field could hold.

        Raises:
            ValidationError: it is too long, or has a letter that cannot be stored.
        """
        for word in value:
            super().run_validators(word)
            if len(word) > _LONGEST_WORD:
                raise ValidationError(
                    f"“{word}” has {len(word)} characters; {_LONGEST_WORD} are allowed."
                )


class LengthField(forms.IntegerField):
    """How long a value may be."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"})
        super().__init__(min_value=1, max_value=_LONGEST_VALUE, widget=widget, **kwargs)


_LABELS = {
    "sources": "Approved utm_source values",
    "mediums": "Approved utm_medium values",
    "separator": "Between the parts of a name",
    "campaign_max_length": "Longest utm_campaign",
    "reserved_words": "Words no campaign name may have",
    "content_prefix": "Word before a version’s letter or number",
    "content_numbering": "Versions have",
    "requires_term": "Every send names a utm_term",
    "term_words": "Approved utm_term values",
    "term_max_length": "Longest utm_term",
}
_HELP = {
    "sources": "Separated by commas, such as “sms”. A hyphen, underscore or dot may join words.",
    "mediums": "Separated by commas, such as “text”.",
    "separator": "The words inside a part always have hyphens between them.",
    "campaign_max_length": "In characters. Reports cut long names.",
    "reserved_words": (
        "Separated by commas. Words by which analytics tools would file the visit under another "
        "channel."
    ),
    "content_prefix": "“version” makes version-a, version-b.",
    "content_numbering": "",
    "requires_term": "The audience or list, so that reports can compare them.",
    "term_words": "Separated by commas. Leave it empty to allow any words.",
    "term_max_length": "In characters.",
}


def _words(name: str, *, required: bool = True) -> WordsField:
    return WordsField(label=_LABELS[name], help_text=_HELP[name], required=required)


def _length(name: str) -> LengthField:
    usual = getattr(NamingConvention(), name)
    return LengthField(label=_LABELS[name], help_text=_HELP[name], initial=usual)


class ConventionForm(forms.ModelForm):
    """The rules of one version."""

    sources = _words("sources")
    mediums = _words("mediums")
    reserved_words = _words("reserved_words", required=False)
    term_words = _words("term_words", required=False)
    campaign_max_length = _length("campaign_max_length")
    term_max_length = _length("term_max_length")

    class Meta:
        model = NamingConvention
        fields = ("channel", *_LABELS)
        labels = _LABELS
        help_texts = _HELP

    def clean(self) -> dict[str, Any] | None:
        """Save nothing where only the examples were asked for.

        Raises:
            ValidationError: it is a look, not a save.
        """
        cleaned = super().clean()
        if PREVIEW in self.data:
            message = "Nothing is saved yet: below are the examples for what you typed."
            raise ValidationError(message, code="preview")
        return cleaned


class TokenForm(forms.ModelForm):
    """One part of a campaign name."""

    position = forms.IntegerField(
        label="Order",
        required=False,
        min_value=0,
        max_value=1000,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "size": 3}),
    )
    words = WordsField(
        required=False,
        label="Words or period forms",
        widget=UnfoldAdminTextInputWidget(attrs={"data-period-forms": _OFFERED_FORMS}),
    )
    max_length = LengthField(required=False, label="Longest")

    class Meta:
        model = ConventionToken
        fields = ("position", "name", "kind", "words", "max_length", "is_required", "example")
        labels = {
            "position": "Order",
            "words": "Words or period forms",
            "max_length": "Longest",
            "is_required": "Required",
        }

    def validate_unique(self) -> None:
        """Leave order and names to the whole set: rows may exchange them."""

    def validate_constraints(self) -> None:
        """Leave order and names to the whole set: rows may exchange them."""


class TokenFormSet(forms.BaseInlineFormSet):
    """All parts of a campaign name, in the order of their numbers."""

    def validate_unique(self) -> None:
        """Take equal numbers in the order of the rows; names are judged in `clean`."""

    def clean(self) -> None:
        """Refuse two parts of one name."""
        super().clean()
        seen: set[str] = set()
        for form in self.kept_forms():
            name = form.cleaned_data.get("name", "")
            if name and name in seen:
                form.add_error("name", f"“{name}” is the name of another part.")
            seen.add(name)

    def kept_forms(self) -> list[Any]:
        """Return the rows that are parts: filled in, and not marked for deletion."""
        return [
            form
            for form in self.forms
            if (form.has_changed() or not form.instance._state.adding)
            and not getattr(form, "cleaned_data", {}).get("DELETE")
        ]

    def parts(self) -> list[ConventionToken]:
        """Return the parts in order; a row without a number comes last."""
        kept = [form.instance for form in self.kept_forms()]
        return sorted(kept, key=lambda part: (part.position is None, part.position or 0))


class TokenInline(TextrailTabularInline):
    """The parts of a campaign name, in order."""

    model = ConventionToken
    form = TokenForm
    formset = TokenFormSet
    verbose_name = "part"
    verbose_name_plural = "Parts of a campaign name, in order"

    def get_extra(
        self, request: HttpRequest, obj: NamingConvention | None = None, **kwargs: Any
    ) -> int:
        """Offer one empty row, for browsers without JavaScript."""
        return 1

    def has_add_permission(self, request: HttpRequest, obj: NamingConvention | None) -> bool:
        """Refuse where the version was published."""
        return is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> bool:
        """Refuse where the version was published."""
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> bool:
        """Refuse where the version was published."""
        return is_draft(obj) and super().has_delete_permission(request, obj)


def is_draft(obj: NamingConvention | None) -> bool:
    """Say whether a version may still change; a new one may."""
    return obj is None or obj.status == NamingConvention.Status.DRAFT
