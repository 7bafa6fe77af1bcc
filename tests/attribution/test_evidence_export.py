"""What a bundle holds: the same state gives the same bytes, in bounded memory, nothing personal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution import evidence_export
from attribution.evidence_export import Scope, UnknownScopeError, entry_count, evidence_bundle
from attribution.evidence_format import COLUMNS, MANIFEST
from attribution.models import CreditBatch, CreditEntry, Outcome
from tests.attribution.builders import a_contact, a_deal, a_tap, days_ago, make_identity, settle
from tests.attribution.bundles import contents, proof, rows_of, written
from tests.attribution.story import Story, tell_story
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return tell_story()


def test_the_same_state_gives_the_same_bytes(story: Story, tmp_path: Path) -> None:
    first, second = (written(tmp_path, name=name) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()


def test_another_state_gives_other_bytes(story: Story, tmp_path: Path) -> None:
    before = written(tmp_path, name="a.zip").read_bytes()
    a_tap(story.ada, days=20)
    settle()
    assert written(tmp_path, name="b.zip").read_bytes() != before


def test_every_table_has_its_columns_and_the_manifest_its_numbers(
    story: Story, tmp_path: Path
) -> None:
    files = contents(written(tmp_path))
    manifest = json.loads(files.pop(MANIFEST))
    assert manifest["files"].keys() == files.keys()
    for path, content in files.items():
        rows = rows_of(content)
        assert tuple(rows[0]) == COLUMNS[path.rpartition("/")[2]]
        assert manifest["files"][path]["rows"] == len(rows) - 1
        assert manifest["files"][path]["bytes"] == len(content)


def test_the_manifest_tells_the_moment_the_chain_and_the_version(
    story: Story, tmp_path: Path
) -> None:
    manifest = json.loads(contents(written(tmp_path))[MANIFEST])
    latest = CreditBatch.objects.order_by("-number")[0]
    assert (manifest["snapshot"]["batch"], manifest["snapshot"]["hash"]) == (
        latest.number,
        latest.hash,
    )
    assert manifest["snapshot"]["state_at"] >= latest.posted_at.isoformat()
    assert manifest["application"] == {"name": "Textrail", "version": "0.1.0"}
    assert manifest["scope"]["is_whole"] is True


def test_nothing_personal_leaves(tmp_path: Path) -> None:
    ada = make_identity(value="ada@acme.example")
    a_contact(ada, name="Ada Stone", phone="+14155550100")
    a_tap(ada, days=20, page_url="https://acme.example/?email=ada@acme.example")
    a_deal(won=1, people=(ada,), name="Secret rollout")
    settle()
    text = b"".join(contents(written(tmp_path)).values()).decode()
    assert not [word for word in ("ada", "Ada", "Stone", "4155550100", "Secret") if word in text]


def test_an_excluded_touch_says_why(story: Story, tmp_path: Path) -> None:
    a_tap(story.ada, days=20, exclusion=Touchpoint.Exclusion.STAFF)
    settle()
    rows = rows_of(contents(written(tmp_path))["facts/00001/touches.csv"])
    assert sorted(row[7] for row in rows[1:]) == ["", "", "", "staff"]


def test_facts_are_split_into_parts_that_prove_themselves(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_export, "PART", 2)
    for _ in range(3):
        a_deal(won=1, people=(story.ada,))
    settle()
    file = written(tmp_path)
    parts = [path for path in contents(file) if path.endswith("outcomes.csv")]
    told = proof(file)
    assert len(parts) == (Outcome.objects.count() + 1) // 2 == 5
    assert (told.problems, told.outcome_count) == ([], 9)


def test_an_empty_ledger_proves_itself(tmp_path: Path) -> None:
    told = proof(written(tmp_path))
    assert (told.problems, told.outcome_count, told.head) == ([], 0, "")


def test_the_stream_comes_in_pieces_that_do_not_grow(story: Story) -> None:
    blocks: Iterator[bytes] = evidence_bundle(Scope())
    assert max(len(block) for block in blocks) < 1 << 17


def test_a_parts_queries_do_not_grow_with_its_outcomes(story: Story) -> None:
    with CaptureQueriesContext(connection) as few:
        list(evidence_bundle(Scope()))
    for _ in range(18):
        a_deal(won=1, people=(story.ada,))
    settle()
    with CaptureQueriesContext(connection) as many:
        list(evidence_bundle(Scope()))
    assert len(many) == len(few)


def test_progress_ends_with_everything_done(story: Story) -> None:
    told: list[tuple[int, int]] = []
    list(evidence_bundle(Scope(), progress=lambda done, total: told.append((done, total))))
    everything = Outcome.objects.count() + CreditEntry.objects.count()
    assert told[-1] == (everything, everything)


def test_the_number_of_entries_is_known_beforehand(story: Story) -> None:
    assert entry_count(Scope()) == CreditEntry.objects.count()
    other = a_deal(won=1)
    settle()
    assert 0 < entry_count(Scope(deal_id=other.pk)) < CreditEntry.objects.count()


@pytest.mark.parametrize(
    "scope",
    [
        Scope(rule="unheard-of"),
        Scope(deal_id=CreditBatch().pk),
        Scope(starts_on=days_ago(1).date(), ends_on=days_ago(2).date()),
    ],
)
def test_a_scope_that_names_nothing_is_refused(scope: Scope) -> None:
    with pytest.raises(UnknownScopeError):
        next(evidence_bundle(scope))
