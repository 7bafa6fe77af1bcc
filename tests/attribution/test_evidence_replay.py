"""A bundle proves itself without its database, and whatever is changed in it is found."""

from datetime import timedelta
from pathlib import Path

import pytest

from attribution.evidence_export import Scope
from attribution.evidence_format import BundleReader
from attribution.services import create_rule_version
from crm_sync.models import Deal
from tests.attribution.builders import (
    NOW,
    days_ago,
    note_deal,
    rule,
    settle,
)
from tests.attribution.bundles import (
    codes,
    contents,
    proof,
    rows_of,
    set_value,
    tampered,
    written,
)
from tests.attribution.story import Story

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def test_it_proves_itself(bundle: Path) -> None:
    told = proof(bundle)
    assert told.problems == []
    assert told.outcome_count == 7
    assert told.entry_count == len(rows_of(contents(bundle)["entries.csv"])) - 1 > 50
    assert "under every rule" in told.claims[0]


def test_the_seal_is_the_manifests_hash(bundle: Path) -> None:
    seal = proof(bundle).seal
    assert codes(bundle, seal=seal.upper()) == set()
    assert codes(bundle, seal="0" * 64) == {"seal_differs"}


def test_without_the_seal_it_says_what_it_cannot_show(bundle: Path) -> None:
    told = proof(bundle)
    assert any("wrote the whole bundle anew" in gap for gap in told.unclaimed)
    assert not any("wrote" in gap for gap in proof(bundle, seal=told.seal).unclaimed)


def test_a_retired_rule_version_is_proven_to_hold_nothing(
    full_story: Story, tmp_path: Path
) -> None:
    create_rule_version(
        slug="linear", name="Linear", kind="linear", parameters={}, lookback_days=35,
        contact_mode="roles", now=LATER,
    )  # fmt: skip
    assert proof(written(tmp_path)).problems == []


# Limited bundles


def test_a_deals_bundle_proves_the_deal_and_says_what_it_cannot(
    full_story: Story, tmp_path: Path
) -> None:
    told = proof(written(tmp_path, Scope(deal_id=full_story.deal.pk)))
    assert told.problems == []
    assert told.outcome_count == 3
    assert any("The bundle is limited" in gap for gap in told.unclaimed)


def test_a_rules_bundle_proves_the_rule(full_story: Story, tmp_path: Path) -> None:
    file = written(tmp_path, Scope(rule="position"))
    assert proof(file).problems == []
    with BundleReader(file) as reader:
        assert [row[1] for row in reader.rows("rules.csv")] == [rule("position").slug]


def test_a_bundle_of_days_proves_the_outcomes_of_those_days(
    full_story: Story, tmp_path: Path
) -> None:
    scope = Scope(starts_on=days_ago(3).date(), ends_on=days_ago(1).date())
    told = proof(written(tmp_path, scope))
    assert (told.problems, told.outcome_count) == ([], 2)


def test_a_changed_amount_is_found_in_a_limited_bundle_too(
    full_story: Story, tmp_path: Path
) -> None:
    file = written(tmp_path, Scope(deal_id=full_story.deal.pk))
    changed = tampered(file, "entries.csv", set_value("amount_minor", "1"))
    assert "hash_differs" in codes(changed)


def test_changes_that_wait_to_be_settled_are_told_and_not_held_against_it(
    full_story: Story, tmp_path: Path
) -> None:
    Deal.objects.filter(pk=full_story.deal.pk).update(closed_at=days_ago(15))
    note_deal(full_story.deal)
    told = proof(written(tmp_path))
    assert told.problems == []
    assert any("not settled yet" in gap for gap in told.unclaimed)
    settle(now=LATER)
    assert not any("not settled yet" in gap for gap in proof(written(tmp_path)).unclaimed)
