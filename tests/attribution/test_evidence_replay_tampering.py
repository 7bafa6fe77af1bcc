"""Whatever is changed in a bundle is found, by its hash and by what it contradicts."""

import json
from pathlib import Path

import pytest

from attribution.evidence_format import MANIFEST
from tests.attribution.bundles import (
    Rows,
    codes,
    column,
    contents,
    packed,
    proof,
    rows_of,
    set_value,
    table,
    tampered,
)

pytestmark = pytest.mark.django_db
PART = "facts/00001/"

# Whoever changes a file and leaves the manifest alone


@pytest.mark.parametrize(
    "path",
    [
        "rules.csv", "rates.csv", "periods.csv", "batches.csv", "entries.csv", "statements.csv",
        PART + "outcomes.csv", PART + "people.csv", PART + "anchors.csv", PART + "touches.csv",
    ],
)  # fmt: skip
def test_any_changed_byte_of_any_file_is_found_by_its_hash(bundle: Path, path: str) -> None:
    files = contents(bundle)
    files[path] = files[path] + b"\n"
    assert "file_differs" in codes(packed(bundle, files, repairs=False))


def test_a_missing_file_is_found(bundle: Path) -> None:
    files = contents(bundle)
    del files["statements.csv"]
    assert "file_missing" in codes(packed(bundle, files, repairs=False))


def test_a_file_nobody_wrote_is_found(bundle: Path) -> None:
    files = {**contents(bundle), "facts/00002/outcomes.csv": b"id\n"}
    assert "file_unknown" in codes(packed(bundle, files, repairs=False))


def test_any_change_at_all_is_found_by_the_seal(bundle: Path) -> None:
    seal = proof(bundle).seal
    changed = tampered(bundle, "rules.csv", set_value("name", "Another name"))
    assert codes(changed) == set()
    assert codes(changed, seal=seal) == {"seal_differs"}


# Whoever also repairs the manifest's hashes


def test_a_changed_entry_amount_is_found(bundle: Path) -> None:
    assert {"hash_differs", "sum_differs", "credit_differs", "statement_differs"} <= codes(
        tampered(bundle, "entries.csv", set_value("amount_minor", "1"))
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "00000000-0000-7000-8000-000000000001"),
        ("bucket", "excluded"),
        ("outcome_date", "2020-01-01"),
        ("touch_id", "00000000-0000-7000-8000-000000000001"),
        ("channel_id", "00000000-0000-7000-8000-000000000001"),
        ("campaign_id", "00000000-0000-7000-8000-000000000001"),
        ("send_id", "00000000-0000-7000-8000-000000000001"),
        ("message_id", "00000000-0000-7000-8000-000000000001"),
        ("link_id", "00000000-0000-7000-8000-000000000001"),
        ("touch_date", "2020-01-01"),
        ("count_micro", "1"),
        ("rate", "2.0000000000"),
        ("is_restatement", "1"),
    ],
)
def test_every_column_of_an_entry_is_part_of_its_hash(bundle: Path, name: str, value: str) -> None:
    assert "hash_differs" in codes(tampered(bundle, "entries.csv", set_value(name, value)))


def test_a_removed_entry_is_found(bundle: Path) -> None:
    assert {"entries_missing", "hash_differs", "sum_differs"} <= codes(
        tampered(bundle, "entries.csv", lambda rows: rows.pop())
    )


def test_an_added_entry_is_found(bundle: Path) -> None:
    def add(rows: Rows) -> None:
        rows.append(list(rows[-1]))

    assert {"entries_missing", "hash_differs"} <= codes(tampered(bundle, "entries.csv", add))


def test_swapped_entries_are_found(bundle: Path) -> None:
    def swap(rows: Rows) -> None:
        rows[1], rows[2] = rows[2], rows[1]

    assert "hash_differs" in codes(tampered(bundle, "entries.csv", swap))


def test_entries_of_another_outcome_are_found(bundle: Path) -> None:
    stranger = "00000000-0000-7000-8000-000000000001"
    assert "outcome_unknown" in codes(
        tampered(bundle, "entries.csv", set_value("outcome_id", stranger))
    )


def test_entries_of_another_rule_are_found(bundle: Path) -> None:
    stranger = "00000000-0000-7000-8000-000000000001"
    assert "outcome_unknown" in codes(
        tampered(bundle, "entries.csv", set_value("rule_id", stranger))
    )


def test_an_unheard_of_bucket_is_found(bundle: Path) -> None:
    found = codes(tampered(bundle, "entries.csv", set_value("bucket", "mine")))
    assert {"hash_differs", "unreadable"} <= found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "00000000-0000-7000-8000-000000000001"),
        ("cause", "rebuild"),
        ("posted_at", "2026-06-15T12:00:01.000000+00:00"),
        ("entry_count", "1"),
        ("hash", "0" * 64),
    ],
)
def test_every_column_of_a_batch_is_part_of_its_hash(bundle: Path, name: str, value: str) -> None:
    assert "hash_differs" in codes(tampered(bundle, "batches.csv", set_value(name, value)))


def test_a_broken_chain_is_found(bundle: Path) -> None:
    change = set_value("previous_hash", "0" * 64, row=2)
    assert {"chain_broken", "hash_differs"} <= codes(tampered(bundle, "batches.csv", change))


def test_a_removed_batch_is_found(bundle: Path) -> None:
    found = codes(tampered(bundle, "batches.csv", lambda rows: rows.pop(1)))
    assert {"chain_broken", "entries_out_of_place"} <= found


def test_a_removed_last_batch_is_found_with_all_its_entries_gone(bundle: Path) -> None:
    files = contents(bundle)
    batches, entries = rows_of(files["batches.csv"]), rows_of(files["entries.csv"])
    last = batches.pop()[0]
    files["batches.csv"] = table(batches)
    files["entries.csv"] = table([row for row in entries if row[0] != last])
    assert {"head_differs", "sum_differs"} <= codes(packed(bundle, files))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount_minor", "77"),
        ("source_amount_minor", "77"),
        ("rate", "7.0000000000"),
        ("source_currency", "EUR"),
        ("day", "2020-01-01"),
        ("occurred_at", "1"),
        ("exclusion", "no_rate"),
        ("exclusion", "withdrawn"),
    ],
)
def test_a_changed_outcome_is_found(bundle: Path, name: str, value: str) -> None:
    path = PART + "outcomes.csv"
    assert "outcome_differs" in codes(tampered(bundle, path, set_value(name, value)))


def test_an_outcome_whose_source_and_amount_fit_is_still_found(bundle: Path) -> None:
    def change(rows: Rows) -> None:
        row = next(row for row in rows if row[column(rows, "amount_minor")] == "1000001")
        row[column(rows, "amount_minor")] = row[column(rows, "source_amount_minor")] = "999"

    found = codes(tampered(bundle, PART + "outcomes.csv", change))
    assert {"sum_differs", "credit_differs"} <= found
    assert "outcome_differs" not in found


def test_a_changed_kind_of_outcome_is_found_by_the_statement(bundle: Path) -> None:
    change = set_value("kind", "win")
    assert "statement_differs" in codes(tampered(bundle, PART + "outcomes.csv", change))


def test_an_outcome_hidden_as_waiting_must_still_sum_up(bundle: Path) -> None:
    def hide(rows: Rows) -> None:
        for row in rows[1:]:
            row[column(rows, "is_waiting")] = "1"
            row[column(rows, "amount_minor")] = "5"

    changed = tampered(bundle, PART + "outcomes.csv", hide)
    assert "sum_differs" in codes(changed)
    assert any("not settled yet" in gap for gap in proof(changed).unclaimed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "00000000-0000-7000-8000-000000000001"),
        ("person_id", "00000000-0000-7000-8000-000000000001"),
        ("time", "1"),
        ("exclusion", "machine"),
        ("channel_id", "00000000-0000-7000-8000-000000000001"),
        ("send_id", "00000000-0000-7000-8000-000000000001"),
        ("day", "2020-01-01"),
    ],
)
def test_a_changed_touch_is_found(bundle: Path, name: str, value: str) -> None:
    change = set_value(name, value)
    assert "credit_differs" in codes(tampered(bundle, PART + "touches.csv", change))


def test_a_touch_made_direct_among_others_is_found(bundle: Path) -> None:
    change = set_value("is_direct", "1")
    assert "credit_differs" in codes(tampered(bundle, PART + "touches.csv", change))


def test_a_removed_touch_is_found(bundle: Path) -> None:
    changed = tampered(bundle, PART + "touches.csv", lambda rows: rows.pop(1))
    assert "credit_differs" in codes(changed)


def test_a_person_added_to_a_deal_is_found(bundle: Path) -> None:
    def add(rows: Rows) -> None:
        outcomes = {row[1] for row in rows[1:]}
        people = {row[2] for row in rows[1:]}
        known = {(row[1], row[2]) for row in rows[1:]}
        new = next((o, p) for o in outcomes for p in people if (o, p) not in known)
        rows.append([rows[1][0], *new])

    assert "credit_differs" in codes(tampered(bundle, PART + "people.csv", add))


def test_a_removed_person_is_found(bundle: Path) -> None:
    changed = tampered(bundle, PART + "people.csv", lambda rows: rows.pop(1))
    assert "credit_differs" in codes(changed)


def test_a_moved_moment_is_found(bundle: Path) -> None:
    change = set_value("moment", "1")
    assert "credit_differs" in codes(tampered(bundle, PART + "anchors.csv", change))


@pytest.mark.parametrize(
    ("slug", "name", "value"),
    [
        ("linear", "kind", "first"),
        ("time_decay", "parameters", '{"half_life_days": 7}'),
        ("linear", "lookback_days", "20"),
        ("linear", "retired_at", "2026-06-15T12:00:00.000000+00:00"),
    ],
)
def test_a_changed_rule_is_found(bundle: Path, slug: str, name: str, value: str) -> None:
    def change(rows: Rows) -> None:
        row = next(row for row in rows if row[1] == slug)
        row[column(rows, name)] = value

    assert {"credit_differs", "sum_differs"} & codes(tampered(bundle, "rules.csv", change))


def test_a_rule_that_means_nothing_is_found(bundle: Path) -> None:
    change = set_value("parameters", '{"nonsense": 1}')
    assert "rule_unreadable" in codes(tampered(bundle, "rules.csv", change))


def test_a_removed_rule_is_found(bundle: Path) -> None:
    changed = tampered(bundle, "rules.csv", lambda rows: rows.pop(1))
    assert "outcome_unknown" in codes(changed)


def test_a_changed_rate_is_found(bundle: Path) -> None:
    assert "outcome_differs" in codes(tampered(bundle, "rates.csv", set_value("rate", "9.9")))


def test_a_removed_period_is_found(bundle: Path) -> None:
    changed = tampered(bundle, "periods.csv", lambda rows: rows.pop(1))
    assert codes(changed) == {"restatement_differs"}


def test_a_period_locked_at_another_moment_is_found(bundle: Path) -> None:
    change = set_value("locked_at", "2026-01-01T00:00:00.000000+00:00")
    assert codes(tampered(bundle, "periods.csv", change)) == {"restatement_differs"}


@pytest.mark.parametrize(("name", "value"), [("amount_minor", "1"), ("count_micro", "1")])
def test_a_changed_statement_is_found(bundle: Path, name: str, value: str) -> None:
    changed = tampered(bundle, "statements.csv", set_value(name, value))
    assert codes(changed) == {"statement_differs"}


def test_a_removed_line_of_a_statement_is_found(bundle: Path) -> None:
    changed = tampered(bundle, "statements.csv", lambda rows: rows.pop(1))
    assert codes(changed) == {"statement_differs"}


def test_a_removed_part_of_the_facts_is_found(bundle: Path) -> None:
    files = {name: content for name, content in contents(bundle).items() if PART not in name}
    assert "outcome_unknown" in codes(packed(bundle, files))


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        (PART + "touches.csv", "time", "yesterday"),
        (PART + "touches.csv", "kind", "telepathy"),
        (PART + "touches.csv", "evidence_grade", "9" * 40),
        (PART + "outcomes.csv", "rate", "much"),
        (PART + "outcomes.csv", "id", "none"),
        (PART + "outcomes.csv", "amount_minor", "9" * 40),
        (PART + "people.csv", "outcome_id", "none"),
        (PART + "anchors.csv", "contact_mode", "psychic"),
        ("entries.csv", "amount_minor", "much"),
        ("entries.csv", "rate", "much"),
        ("batches.csv", "posted_at", "yesterday"),
        ("rules.csv", "parameters", "[]"),
        ("rules.csv", "parameters", "{"),
        ("periods.csv", "locked_at", "once"),
        ("rates.csv", "rate", "much"),
    ],
)
def test_a_value_that_is_none_is_found_and_not_fallen_over(
    bundle: Path, path: str, name: str, value: str
) -> None:
    assert codes(tampered(bundle, path, set_value(name, value)))


def test_a_damaged_archive_is_found_and_not_fallen_over(bundle: Path) -> None:
    raw = bytearray(bundle.read_bytes())
    start = raw.index(b"entries.csv") + 40
    raw[start : start + 40] = bytes(40)
    bundle.write_bytes(raw)
    assert "file_damaged" in codes(bundle)


@pytest.mark.parametrize(
    ("name", "value"),
    [("time_zone", "Pacific/Kiritimati"), ("time_zone", "../etc"), ("reporting_currency", "JPY")],
)
def test_a_manifest_that_says_another_zone_or_currency_is_found(
    bundle: Path, name: str, value: str
) -> None:
    files = contents(bundle)
    files[MANIFEST] = json.dumps(json.loads(files[MANIFEST]) | {name: value}).encode()
    assert {"outcome_differs", "unreadable"} & codes(packed(bundle, files))


def test_a_table_with_other_columns_is_found(bundle: Path) -> None:
    changed = tampered(bundle, "entries.csv", set_value("rate", "course", row=0))
    assert "unreadable" in codes(changed)
