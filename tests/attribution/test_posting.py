"""Preparing only reads; posting writes outcomes and entries, a batch per cause."""

import pytest

from attribution import outcomes, posting
from attribution.models import CreditBatch, CreditEntry, Outcome
from crm_sync.models import Deal
from tests.attribution.builders import NOW, a_deal, settle, sums

pytestmark = pytest.mark.django_db


def derived() -> outcomes.Derived:
    return outcomes.derive_from_deals(Deal.objects.values_list("pk", flat=True))


def test_preparing_writes_nothing() -> None:
    a_deal(won=1)
    prepared = posting.prepare(derived())

    assert len(prepared.entries) == 12
    assert not Outcome.objects.exists()
    assert not CreditEntry.objects.exists()


def test_new_outcomes_have_a_cause_of_their_own() -> None:
    a_deal(won=1)
    settle()
    Deal.objects.update(amount_minor=1_00)
    a_deal()
    posted = posting.post(posting.prepare(derived()), cause_of=lambda _: "identity", now=NOW)

    assert posted == {"identity": 12, "new_outcome": 6}
    assert set(CreditBatch.objects.filter(number__gt=1).values_list("cause", flat=True)) == set(
        posted
    )


def test_nothing_new_posts_nothing() -> None:
    a_deal(won=1)
    settle()

    assert not posting.post(posting.prepare(derived()), cause_of=lambda _: "identity", now=NOW)
    assert sums() == {"unattributed: no_contacts": 100_00}
