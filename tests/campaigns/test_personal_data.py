"""Who reads addresses and numbers."""

import pytest
from django.contrib.auth.models import AnonymousUser

from campaigns.personal_data import may_see_personal_data, shown_email, shown_phone
from tests.campaigns.builders import a_user

pytestmark = pytest.mark.django_db


def test_whoever_has_the_permission_reads_everything() -> None:
    alice = a_user("alice", "campaigns.view_personal_data")

    assert shown_email(alice, "ann@example.com") == "ann@example.com"
    assert shown_phone(alice, "+14155550123") == "+14155550123"


def test_the_others_see_masks() -> None:
    bob = a_user("bob")

    assert shown_email(bob, "ann@example.com") == "a•••@example.com"
    assert shown_phone(bob, "+14155550123") == "+•••••••••23"


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_nobody_sees_masks(nobody: object) -> None:
    assert not may_see_personal_data(nobody)
    assert shown_email(nobody, "ann@example.com") == "a•••@example.com"


def test_what_is_no_address_is_hidden_whole() -> None:
    assert shown_email(None, "secret") == "•••"
    assert shown_email(None, "") == ""
