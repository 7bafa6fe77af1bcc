"""People behind outcomes are paired and numbered as columns (by contact mode: test_touches.py)."""

import numpy as np
import pytest

from attribution.facts import id_of
from attribution.members import deal_array, numbered, people_behind
from attribution.models import Outcome
from tests.attribution.builders import a_deal, a_lead, make_identity, settle

pytestmark = pytest.mark.django_db


def test_outcomes_of_one_deal_share_its_people() -> None:
    ann, ben = make_identity(), make_identity(value="ben@acme.example")
    a_deal(won=1, people=(ann, ben))
    settle()
    pairs = people_behind(list(Outcome.objects.all()), "roles")

    found = {(row, id_of(person)) for row, person in _plain(pairs)}
    assert found == {(row, who.person_id) for row in (0, 1) for who in (ann, ben)}


def _plain(pairs: np.ndarray) -> list[tuple[int, np.void]]:
    return [(int(pair["outcome"]), pair["person"]) for pair in pairs]


def test_a_lead_names_its_person_itself() -> None:
    ann = make_identity()
    a_lead(ann)
    settle()
    [(row, person)] = _plain(people_behind(list(Outcome.objects.all()), "company"))

    assert (row, id_of(person)) == (0, ann.person_id)


def test_nobody_stands_behind_none() -> None:
    assert len(people_behind([None], "roles_else_company")) == 0


def test_people_are_numbered_over_all_lists() -> None:
    ann, ben = make_identity(), make_identity(value="ben@acme.example")
    a_deal(people=(ann,))
    a_lead(ben)
    settle()
    outcomes = list(Outcome.objects.order_by("kind"))
    lists = [people_behind(outcomes, mode) for mode in ("roles", "company")]
    people, [first, second] = numbered(lists)

    assert {id_of(one) for one in people} == {ann.person_id, ben.person_id}
    assert [id_of(people[place]) for place in first] == [id_of(p) for _, p in _plain(lists[0])]
    assert [id_of(people[place]) for place in second] == [ben.person_id]


def test_nobody_has_no_number() -> None:
    people, places = numbered([])

    assert (len(people), places) == (0, [])


def test_a_missing_deal_is_null() -> None:
    assert deal_array([None]) == "{NULL}"
