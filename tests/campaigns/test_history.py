"""History says who did it, and why."""

import pytest

from campaigns.history import delete_by, save_by
from campaigns.models import Campaign
from tests.campaigns.builders import a_user

pytestmark = pytest.mark.django_db


def test_saving_names_the_user_and_the_reason() -> None:
    alice = a_user()

    save_by(Campaign(name="Trial win-back"), alice, reason="planned")

    entry = Campaign.history.get()
    assert (entry.history_user, entry.history_change_reason) == (alice, "planned")


def test_nobody_and_no_reason_stay_empty() -> None:
    save_by(Campaign(name="Trial win-back"), None)

    entry = Campaign.history.get()
    assert (entry.history_user, entry.history_change_reason) == (None, None)


def test_deleting_leaves_an_entry_that_names_the_user() -> None:
    alice = a_user()
    campaign = Campaign.objects.create(name="Trial win-back")

    delete_by(campaign, alice)

    assert not Campaign.objects.exists()
    entry = Campaign.history.filter(history_type="-").get()
    assert entry.history_user == alice
