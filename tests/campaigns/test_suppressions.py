"""Numbers that must not be texted."""

from datetime import timedelta

import pytest

from campaigns.models import Suppression
from campaigns.phone_numbers import InvalidPhoneError
from campaigns.services import suppress_phone
from tests.campaigns.builders import NOW

pytestmark = pytest.mark.django_db


def test_a_number_is_suppressed_once_and_only_its_hash_is_kept() -> None:
    first = suppress_phone(phone="(415) 555-0123", reason="replied STOP", now=NOW)
    again = suppress_phone(phone="+14155550123", reason="other", now=NOW + timedelta(days=1))

    assert again == first
    stored = Suppression.objects.get()
    assert (stored.reason, stored.suppressed_at) == ("replied STOP", NOW)
    assert "4155550123" not in str(vars(stored))


def test_what_is_no_number_cannot_be_suppressed() -> None:
    with pytest.raises(InvalidPhoneError):
        suppress_phone(phone="nobody", reason="x", now=NOW)
