"""An evidence bundle proven without the database it came from. Pure.

Everything is worked out again from the bundle alone: hashes of files, the chain of batches, the
amounts of outcomes, their division by the engine, and the sums of the statements. What a limited
bundle cannot show is said, not passed over.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from attribution.division import BUCKETS, COUNT_MICRO, REASONS, WITHDRAWN, lines
from attribution.entries import CELL, ENTRY, Entries, as_entries, differences, summed
from attribution.evidence_chain import (
    BatchRow,
    Discrepancy,
    PeriodRow,
    Records,
    Shelves,
    entry_problems,
    header_problems,
)
from attribution.evidence_claims import Replayed, claim
from attribution.evidence_format import (
    ANCHORS,
    BATCHES,
    ENTRIES,
    MANIFEST,
    OUTCOMES,
    PEOPLE,
    PERIODS,
    RATES,
    RULES,
    STATEMENTS,
    TOUCHES,
    BundleReader,
    UnreadableRowError,
    part_path,
)
from attribution.evidence_parts import OutcomeRow, RuleRow, facts_of
from attribution.evidence_pricing import Rates, pricing_problem
from attribution.facts import PLACE, day_number, id_of
from attribution.weights import InvalidRuleError

Progress = Callable[[int, int], None]
"""Told how many outcomes and entries have been looked at, of how many."""

_Key = tuple[str, str, str, str]
"""Rule, goal, bucket and reason of a line of a statement."""


def replay(reader: BundleReader, *, seal: str = "", progress: Progress | None = None) -> Replayed:
    """Prove a bundle, and return all that is wrong with it.

    `seal` is the SHA-256 of the manifest as it was told when the bundle was written; with it any
    change of any byte shows, without it only changes that contradict something.
    """
    return _Replay(reader, progress).run(seal)


class _Replay:
    """One proof on its way."""

    def __init__(self, reader: BundleReader, progress: Progress | None) -> None:
        self._reader = reader
        self._progress = progress
        self._done = 0
        manifest = reader.manifest
        snapshot = _mapping(manifest.get("snapshot"))
        self._scope = _mapping(manifest.get("scope"))
        self._files = _mapping(manifest.get("files"))
        self._told = Replayed(seal=reader.seal, head=str(snapshot.get("hash", "")))
        self._statement: Counter[_Key] = Counter()
        self._counts: Counter[_Key] = Counter()

    def run(self, seal: str) -> Replayed:
        told = self._told
        if seal and seal.lower() != told.seal:
            self._add("seal_differs", "The manifest is not the one whose seal was given.")
        self._check_files()
        try:
            self._check_content()
        except (UnreadableRowError, ValueError, LookupError, ArithmeticError) as error:
            self._add("unreadable", f"The rest could not be checked: {error}")
        claim(told, is_whole=self._is_whole, is_sealed=bool(seal))
        return told

    @property
    def _is_whole(self) -> bool:
        return self._scope.get("is_whole") is True

    def _add(self, code: str, message: str) -> None:
        self._told.problems.append(Discrepancy(code, message))

    def _check_files(self) -> None:
        """Hash every file again, and see that there are no others."""
        here = Counter(self._reader.paths)
        here.subtract([MANIFEST])
        for path in sorted({*here, *self._files} - {MANIFEST}):
            if path not in self._files:
                self._add("file_unknown", f"{path} is not in the manifest.")
            elif here[path] != 1:
                self._add("file_missing", f"{path} is in the bundle {here[path]} times, not once.")
            else:
                self._check_hash(path)

    def _check_hash(self, path: str) -> None:
        try:
            is_same = self._reader.sha256(path) == _mapping(self._files[path]).get("sha256")
        except UnreadableRowError as error:
            self._add("file_damaged", str(error))
            return
        if not is_same:
            self._add("file_differs", f"{path} is not as it was written: its SHA-256 differs.")

    def _check_content(self) -> None:
        reader, told = self._reader, self._told
        manifest = reader.manifest
        zone = ZoneInfo(str(manifest.get("time_zone")))
        rules = [RuleRow.of_text(row) for row in reader.rows(RULES)]
        rates = Rates(reader.rows(RATES), currency=str(manifest.get("reporting_currency")))
        batches = [BatchRow.of_text(row) for row in reader.rows(BATCHES)]
        told.batch_count = len(batches)
        told.problems += header_problems(batches)
        if batches and batches[-1].hash != told.head:
            self._add("head_differs", "The last batch is not the one that the manifest names.")
        parts = self._parts()
        firsts = [self._first_outcome(number) for number in parts]
        if firsts != sorted(firsts):
            self._add("outcomes_out_of_place", "The parts' outcomes are not in order.")
        with TemporaryDirectory() as folder:
            shelves = Shelves(Path(folder), firsts)
            self._check_entries(batches, shelves)
            self._check_strangers(shelves.take(0))
            for number in parts:
                self._check_part(number, shelves.take(number), rules, rates, zone)
        self._check_statements()

    def _parts(self) -> list[int]:
        numbers = [re.fullmatch(r"facts/(\d{5})/outcomes\.csv", path) for path in self._files]
        return sorted(int(found[1]) for found in numbers if found)

    def _first_outcome(self, number: int) -> bytes:
        row = next(self._reader.rows(part_path(number, OUTCOMES)), None)
        return UUID(row[0]).bytes if row else b""

    def _check_entries(self, batches: list[BatchRow], shelves: Shelves) -> None:
        periods = [PeriodRow.of_text(row) for row in self._reader.rows(PERIODS)]
        found = entry_problems(
            self._reader.rows(ENTRIES),
            batches=batches,
            periods=periods,
            shelves=shelves,
            every_batch=self._is_whole,
        )
        for one in found:
            if isinstance(one, Discrepancy):
                self._told.problems.append(one)
            else:
                self._told.entry_count += one
                self._tell(one)

    def _check_strangers(self, records: Records) -> None:
        if len(records) and self._is_whole:
            self._add(
                "outcome_unknown", f"{len(records)} entries name outcomes that are not there."
            )

    def _check_part(
        self,
        number: int,
        records: Records,
        rules: list[RuleRow],
        rates: Rates,
        zone: ZoneInfo,
    ) -> None:
        """Work out a part's outcomes and their division, and compare with its entries."""
        rows = {table: self._reader.rows(part_path(number, table)) for table in (OUTCOMES, *_FACTS)}
        outcomes = [OutcomeRow.of_text(row) for row in rows[OUTCOMES]]
        for outcome in outcomes:
            problem = "" if outcome.is_waiting else pricing_problem(outcome, rates=rates, zone=zone)
            if problem:
                self._add("outcome_differs", f"{_name(outcome)} {problem}.")
        held = self._held(records, outcomes, rules)
        self._told.problems += _sum_problems(held, outcomes, rules)
        facts = facts_of(
            outcomes=outcomes, people=rows[PEOPLE], anchors=rows[ANCHORS], touches=rows[TOUCHES]
        )
        active = [row for row, rule in enumerate(rules) if rule.is_active]
        try:
            found = lines(outcomes=outcomes, rules=[rules[row] for row in active], facts=facts)
        except InvalidRuleError as error:
            self._add("rule_unreadable", f"A rule means nothing: {error}")
            return
        days = np.array([day_number(outcome.day) for outcome in outcomes], np.int64)
        wanted = as_entries(found, facts=facts, days=days)
        wanted["rule"] = np.array(active, np.int64)[wanted["rule"]]
        self._told.problems += _credit_problems(
            differences(wanted=wanted, held=held), outcomes, rules
        )
        self._told.outcome_count += len(outcomes)
        self._told.waiting_count += sum(outcome.is_waiting for outcome in outcomes)
        self._tell(len(outcomes))

    def _held(self, records: Records, outcomes: list[OutcomeRow], rules: list[RuleRow]) -> Entries:
        """Return a part's entries by row of outcome and rule, and add them to the statement."""
        outcome_rows = {outcome.id.bytes: row for row, outcome in enumerate(outcomes)}
        rule_rows = {rule.id.bytes: row for row, rule in enumerate(rules)}
        outcome = _rows(records["outcome_id"], outcome_rows)
        rule = _rows(records["rule_id"], rule_rows)
        is_own = (outcome >= 0) & (rule >= 0)
        if self._is_whole and not is_own.all():
            number = int((~is_own).sum())
            message = f"{number} entries name an outcome or a rule that is not there."
            self._add("outcome_unknown", message)
        own = np.empty(int(is_own.sum()), ENTRY)
        own["outcome"], own["rule"] = outcome[is_own], rule[is_own]
        own["bucket"] = _codes(records["bucket"][is_own], BUCKETS)
        own["reason"] = _codes(records["reason"][is_own], REASONS)
        for name in ("outcome_date", *(PLACE.names or ()), "amount_minor", "count_micro"):
            own[name] = records[name][is_own]
        for entry in summed(own, by=("outcome", "rule", "bucket", "reason")):
            key = (
                str(rules[entry["rule"]].id),
                outcomes[entry["outcome"]].kind,
                BUCKETS[entry["bucket"]],
                REASONS[entry["reason"]],
            )
            self._statement[key] += int(entry["amount_minor"])
            self._counts[key] += int(entry["count_micro"])
        return summed(own, by=CELL)

    def _check_statements(self) -> None:
        told = {
            (rule, goal, bucket, reason): (int(amount), int(count))
            for rule, goal, bucket, reason, amount, count in self._reader.rows(STATEMENTS)
        }
        found = {
            key: (amount, self._counts[key])
            for key, amount in self._statement.items()
            if amount or self._counts[key]
        }
        for key in sorted({*told, *found}):
            if told.get(key, (0, 0)) != found.get(key, (0, 0)):
                message = (
                    f"The statement says {told.get(key, (0, 0))[0]} minor units of "
                    f"{' '.join(key[1:]).strip()} under rule {key[0]}; the entries sum to "
                    f"{found.get(key, (0, 0))[0]}."
                )
                self._add("statement_differs", message)

    def _tell(self, done: int) -> None:
        self._done += done
        if self._progress:
            total = sum(
                int(_mapping(told).get("rows", 0))
                for path, told in self._files.items()
                if path.endswith((OUTCOMES, ENTRIES))
            )
            self._progress(self._done, total)


_FACTS = (PEOPLE, ANCHORS, TOUCHES)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(ids: Any, known: Mapping[bytes, int]) -> Any:
    return np.array([known.get(raw.tobytes(), -1) for raw in ids], np.int64)


def _codes(texts: Any, known: Sequence[str]) -> list[int]:
    """Return the code of each text.

    Raises:
        ValueError: a text is none of those known.
    """
    code = {text.encode(): row for row, text in enumerate(known)}
    unknown = {bytes(text) for text in texts} - set(code)
    if unknown:
        raise ValueError(f"an entry stands under “{unknown.pop().decode(errors='replace')}”")
    return [code[bytes(text)] for text in texts]


def _sum_problems(
    held: Entries, outcomes: list[OutcomeRow], rules: list[RuleRow]
) -> Iterator[Discrepancy]:
    """Check that each outcome's parts sum to its amount and to one under each active rule.

    A retired rule holds nothing.
    """
    sums: Counter[tuple[int, int]] = Counter()
    counts: Counter[tuple[int, int]] = Counter()
    for entry in summed(held, by=("outcome", "rule")):
        key = int(entry["outcome"]), int(entry["rule"])
        sums[key], counts[key] = int(entry["amount_minor"]), int(entry["count_micro"])
    for row, outcome in enumerate(outcomes):
        count = 0 if outcome.exclusion == WITHDRAWN else COUNT_MICRO
        for place, rule in enumerate(rules):
            must = (outcome.amount_minor, count) if rule.is_active else (0, 0)
            if (sums[row, place], counts[row, place]) != must:
                message = (
                    f"{_name(outcome)} under {rule.name}: the entries sum to {sums[row, place]} "
                    f"minor units, and it is {must[0]}."
                )
                yield Discrepancy("sum_differs", message)


def _credit_problems(
    found: Entries, outcomes: list[OutcomeRow], rules: list[RuleRow]
) -> Iterator[Discrepancy]:
    for entry in found:
        outcome, rule = outcomes[entry["outcome"]], rules[entry["rule"]]
        if outcome.is_waiting:
            continue
        touch = id_of(entry["touch_id"])
        where = f"touch {touch}" if touch else REASONS[entry["reason"]]
        message = (
            f"{_name(outcome)} under {rule.name}, {BUCKETS[entry['bucket']]}, {where}: the division "
            f"differs from the entries by {entry['amount_minor']} minor units and "
            f"{entry['count_micro']} millionths."
        )
        yield Discrepancy("credit_differs", message)


def _name(outcome: OutcomeRow) -> str:
    return f"The {outcome.kind} {outcome.id}"
