"""Facts as tables and back: what the engine divides by is the same."""

from pathlib import Path

import numpy as np
import pytest

from attribution.evidence_parts import (
    OutcomeRow,
    RuleRow,
    anchor_rows,
    facts_of,
    id_bytes,
    people_rows,
    touch_rows,
)
from attribution.facts import NO_ID, Facts
from attribution.models import Outcome
from attribution.touches import gather
from tests.attribution.builders import a_tap, settle
from tests.attribution.bundles import contents, rows_of, written
from tests.attribution.story import tell_story
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db
MODES = ("company", "roles")


def texts(rows: object) -> list[list[str]]:
    """Return rows as a table is read."""
    return [["" if value is None else str(value) for value in row] for row in rows]  # type: ignore[attr-defined]


def an_outcome_row(folder: Path) -> list[str]:
    return rows_of(contents(written(folder))["facts/00001/outcomes.csv"])[1]


@pytest.fixture
def facts() -> Facts:
    story = tell_story()
    a_tap(story.ada, days=20, exclusion=Touchpoint.Exclusion.MACHINE)
    settle()
    return gather(list(Outcome.objects.order_by("pk")), MODES)


def test_facts_survive_the_way_through_text(facts: Facts, tmp_path: Path) -> None:
    ids = list(Outcome.objects.order_by("pk").values_list("pk", flat=True))
    rows = rows_of(contents(written(tmp_path))["facts/00001/outcomes.csv"])[1:]
    excluded = dict(Touchpoint.objects.values_list("pk", "exclusion"))
    again = facts_of(
        outcomes=[OutcomeRow.of_text(row) for row in rows],
        people=texts(people_rows(facts, ids)),
        anchors=texts(anchor_rows(facts, ids)),
        touches=texts(touch_rows(facts, excluded)),
    )
    order = np.lexsort((facts.touches.id_low, facts.touches.id_high))
    for name in ("time", "grade", "priority", "kind", "is_excluded", "is_direct", "click"):
        assert (getattr(again.touches, name) == getattr(facts.touches, name)[order]).all()
    assert (again.places[:-1] == facts.places[:-1][order]).all()
    assert again.places[-1] == facts.places[-1]
    for mode in MODES:
        for name in ("time", "lead_time", "opportunity_time"):
            before, after = (getattr(one.outcomes[mode], name) for one in (facts, again))
            assert (before == after).all()
        assert set(zip(*_pairs(again, mode), strict=True)) == set(
            zip(*_pairs(facts, mode), strict=True)
        )


def _pairs(facts: Facts, mode: str) -> tuple[list[int], list[bytes]]:
    members = facts.members[mode]
    return members.outcome.tolist(), [facts.people[row].tobytes() for row in members.person]


def test_an_outcome_survives_the_way_through_text(facts: Facts, tmp_path: Path) -> None:
    row = an_outcome_row(tmp_path)
    assert [str(value) for value in OutcomeRow.of_text(row).as_text()] == row


def test_rows_of_an_outcome_that_is_not_there_are_refused(facts: Facts) -> None:
    ids = list(Outcome.objects.order_by("pk").values_list("pk", flat=True))
    with pytest.raises(ValueError, match="is not among the part's outcomes"):
        facts_of(outcomes=[], people=[], anchors=texts(anchor_rows(facts, ids)), touches=[])


def test_a_rule_that_was_retired_is_not_active(facts: Facts, tmp_path: Path) -> None:
    row = rows_of(contents(written(tmp_path))["rules.csv"])[1]
    assert RuleRow.of_text(row).is_active
    assert not RuleRow.of_text([*row[:-1], "2026-06-15T12:00:00+00:00"]).is_active


def test_no_id_is_zeros_and_a_wrong_one_is_refused() -> None:
    assert id_bytes("") == NO_ID
    with pytest.raises(ValueError, match="badly formed"):
        id_bytes("zero")
