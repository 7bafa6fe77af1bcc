"""How our model forms make their fields."""

from typing import Any

from django.db.models import Field, URLField
from django.forms import Field as FormField


def form_field(db_field: "Field[Any, Any]", **kwargs: Any) -> FormField | None:
    """Return a model field's form field; an address typed without a scheme is https.

    For a form's `Meta.formfield_callback`. An admin page puts its own in its place.
    """
    if isinstance(db_field, URLField):
        kwargs.setdefault("assume_scheme", "https")
    return db_field.formfield(**kwargs)
