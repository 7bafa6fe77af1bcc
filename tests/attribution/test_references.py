"""Entries name only what is there, and what they name stays."""

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction

from attribution.chain import RECORD
from attribution.facts import id_column
from attribution.models import CreditEntry, CreditRule, Outcome
from attribution.references import MissingReferenceError, check_references, lost_references
from campaigns.public_ids import new_id
from tests.attribution.builders import a_lead, a_tap, make_identity, rule, settle
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _books() -> None:
    ann = make_identity()
    a_tap(ann, days=20)
    a_lead(ann)
    settle()


def records(**ids: object) -> np.ndarray:
    found = np.zeros(2, RECORD)
    named = {"outcome_id": Outcome.objects.get().pk, "rule_id": rule().pk}
    for name, id_ in {**named, **ids}.items():
        found[name] = id_column([id_])  # type: ignore[list-item]
    return found


def test_what_is_there_may_be_named() -> None:
    check_references(records(touch_id=Touchpoint.objects.get().pk))


def test_nobodys_credit_names_no_touch() -> None:
    check_references(records())


@pytest.mark.parametrize("column", ["outcome_id", "rule_id", "touch_id"])
def test_what_is_not_there_cannot_be_named(column: str) -> None:
    with pytest.raises(MissingReferenceError, match="1 of 1 rows"):
        check_references(records(**{column: new_id()}))


@pytest.mark.parametrize("model", [Touchpoint, Outcome, CreditRule])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET id = gen_random_uuid()"])
def test_what_entries_name_cannot_go(model: type[Outcome], act: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match=r"names|still referenced"), transaction.atomic():
            cursor.execute(act.format(model._meta.db_table))


def test_what_no_entry_names_may_go() -> None:
    touch = a_tap(make_identity(value="ben@acme.example"), days=3)

    assert Touchpoint.objects.filter(pk=touch.pk).delete()[0] == 1


def test_an_update_that_keeps_the_id_is_no_matter() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracking_touchpoint SET id = id, source_priority = 5")

    assert Touchpoint.objects.get().source_priority == 5


def test_honest_books_have_lost_nothing() -> None:
    assert lost_references() == {}


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("tracking_touchpoint", "touch_id"),
        ("attribution_creditbatch", "batch_id"),
    ],
)
def test_what_went_past_the_triggers_is_counted(table: str, column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"DELETE FROM {table}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    named = CreditEntry.objects.exclude(**{column: None}).count()
    assert lost_references() == {column: named}
