"""The admin's forms are built without a word from Django about what it will change."""

import warnings

import pytest
from django import forms
from django.contrib import admin

from campaigns.form_fields import form_field
from campaigns.models import Send

OURS = ("attribution.", "campaigns.", "config.", "crm_sync.", "links.", "tracking.")
PAGES = admin.site._registry.values()
FORMS = sorted(
    {
        form
        for page in PAGES
        for form in (page.form, *(inline.form for inline in page.inlines))
        if form.__module__.startswith(OURS) and issubclass(form, forms.ModelForm)
    },
    key=lambda form: form.__name__,
)


def test_the_forms_with_addresses_are_among_them() -> None:
    assert {"ConnectionForm", "DomainForm", "LinkForm", "SendForm"} <= {
        form.__name__ for form in FORMS
    }


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_building_a_form_warns_of_nothing(form: type[forms.ModelForm]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        type(form)(form.__name__, (form,), {})


def test_an_address_without_a_scheme_is_https() -> None:
    field = form_field(Send._meta.get_field("destination_url"))
    assert field is not None
    assert field.clean("example.com/trial") == "https://example.com/trial"
