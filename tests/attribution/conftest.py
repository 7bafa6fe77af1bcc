"""An evidence bundle of a full story, written once for all tests of a file."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from attribution.evidence_export import Scope, evidence_bundle
from attribution.models import CreditEntry
from attribution.services import lock_period
from campaigns.models import ExchangeRate
from crm_sync.models import Deal
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_tap,
    days_ago,
    make_identity,
    note_deal,
    refund,
    settle,
)
from tests.attribution.story import Story, tell_story
from tracking.models import Touchpoint

LATER = NOW + timedelta(days=2)


def a_full_story() -> Story:
    """Tell a story with every kind of outcome, a foreign currency and a locked period."""
    told = tell_story()
    bob = make_identity(value="bob@acme.example")
    a_tap(bob, days=25)
    a_tap(bob, days=24, exclusion=Touchpoint.Exclusion.MACHINE)
    ExchangeRate.objects.create(currency="EUR", date=days_ago(8).date(), rate="1.1")
    a_deal(amount_minor=333_33, created=20, won=5, people=(bob,), currency="EUR", name="Euro")
    a_deal(amount_minor=None, created=6)
    settle()
    refund(told.deal, "100.00")
    locked = NOW + timedelta(days=1)
    lock_period(starts_on=days_ago(9).date(), ends_on=days_ago(1).date(), by=None, now=locked)
    Deal.objects.filter(pk=told.deal.pk).update(amount_minor=1_000_001)
    note_deal(told.deal)
    settle(now=LATER)
    return told


@pytest.fixture
def full_story(db: None) -> Story:
    return a_full_story()


@pytest.fixture(scope="module")
def bundle_content(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> bytes:
    """Write the bundle of the story once, and leave no trace in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        a_full_story()
        found = b"".join(evidence_bundle(Scope()))
        transaction.set_rollback(True)
    return found


@pytest.fixture
def bundle(bundle_content: bytes, tmp_path: Path) -> Path:
    """Return the file, in a database that knows nothing of what it tells."""
    assert not CreditEntry.objects.exists()
    file = tmp_path / "evidence.zip"
    file.write_bytes(bundle_content)
    return file
