"""Users, groups and the schedule in the admin's own look."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask
from unfold.admin import ModelAdmin

from tests.campaigns.builders import a_superuser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [get_user_model(), Group, PeriodicTask])
def test_each_wears_the_admins_look(model: type) -> None:
    assert isinstance(admin.site._registry[model], ModelAdmin)


@pytest.mark.parametrize("model", ["auth_user", "auth_group", "django_celery_beat_periodictask"])
def test_each_form_opens(model: str) -> None:
    client = Client()
    client.force_login(a_superuser())
    assert client.get(reverse(f"admin:{model}_add")).status_code == 200


def test_whoever_signs_in_lands_on_the_dashboard() -> None:
    a_superuser("root")
    response = Client().post(
        reverse("admin:login"), {"username": "root", "password": "correct horse"}
    )
    assert response.status_code == 302
    assert response["Location"] == reverse("admin:index")
