"""The outcomes behind a deal, each divided once more before the reader's eyes.

What the engine gives now stands beside what the ledger holds, so that the page proves itself.
As of a past moment the ledger's figures and the rule's version are that moment's; the facts are
today's, because only the ledger keeps what was.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, Sum

from attribution.credit_history import Posting, entries_until, history_of
from attribution.division import DIVISIBLE
from attribution.explanation import ONE_OUTCOME, Explanation, explain
from attribution.journeys import Touches
from attribution.models import Bucket, CreditRule, Outcome
from attribution.touches import gather
from attribution.weights import weighting
from crm_sync.models import Deal

_ORDER = {kind: place for place, kind in enumerate(Outcome.Kind.values)}


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger holds: minor units and millionths of one outcome."""

    amount_minor: int
    count_micro: int


@dataclass(frozen=True, slots=True)
class Unearned:
    """What nobody earned, and why."""

    bucket: str
    reason: str
    held: Held


@dataclass(frozen=True, slots=True)
class OutcomeExplained:
    """One outcome under one rule: the division, and what the ledger holds of it.

    `touch_ids` are by row of the explanation's steps. There is no explanation of an outcome
    that is excluded or withdrawn.
    """

    outcome: Outcome
    explanation: Explanation | None
    touch_ids: tuple[UUID, ...] = ()
    held: dict[UUID, Held] = field(default_factory=dict)
    unearned: tuple[Unearned, ...] = ()
    history: tuple[Posting, ...] = ()

    @property
    def held_minor(self) -> int:
        """Return all that the ledger holds of the outcome, in minor units."""
        parts = [*self.held.values(), *(one.held for one in self.unearned)]
        return sum(part.amount_minor for part in parts)

    @property
    def agrees(self) -> bool:
        """Whether the ledger holds what the division gives, to the cent and to the millionth."""
        if self.explanation is None:
            return not self.held and self.held_minor == self._undivided_minor
        given = {
            self.touch_ids[step.row]: Held(step.division.amount_minor, step.division.count_micro)
            for step in self.explanation.steps
            if step.division and (step.division.amount_minor or step.division.count_micro)
        }
        if given:
            return given == self.held and not self.unearned
        nothing = Unearned(
            Bucket.UNATTRIBUTED.value,
            self.explanation.reason,
            Held(self.outcome.amount_minor, ONE_OUTCOME),
        )
        return not self.held and self.unearned == (nothing,)

    @property
    def _undivided_minor(self) -> int:
        is_withdrawn = self.outcome.exclusion == Outcome.Exclusion.WITHDRAWN
        return 0 if is_withdrawn else self.outcome.amount_minor


def explain_deal(
    deal: Deal,
    *,
    rule: CreditRule,
    people: Iterable[UUID] = (),
    as_of: datetime | None = None,
) -> list[OutcomeExplained]:
    """Explain the leads of these people and the deal's outcomes. A fixed number of queries.

    Raises:
        InvalidRuleError: the rule's parameters mean nothing.
    """
    of_people = Q(kind=Outcome.Kind.LEAD, person__in=list(people))
    outcomes = sorted(
        Outcome.objects.filter(Q(deal=deal) | of_people).select_related("deal", "event"),
        key=lambda one: (_ORDER[one.kind], one.occurred_at or one.updated_at, one.pk),
    )
    explained, touch_ids = _explained(outcomes, rule)
    held, unearned = _held(outcomes, rule, as_of)
    history = history_of([one.pk for one in outcomes], rule_slug=rule.slug, as_of=as_of)
    return [
        OutcomeExplained(
            outcome=outcome,
            explanation=explained.get(outcome.pk),
            touch_ids=touch_ids,
            held=held.get(outcome.pk, {}),
            unearned=tuple(unearned.get(outcome.pk, ())),
            history=tuple(history.get(outcome.pk, ())),
        )
        for outcome in outcomes
    ]


def _explained(
    outcomes: Sequence[Outcome], rule: CreditRule
) -> tuple[dict[UUID, Explanation], tuple[UUID, ...]]:
    divisible = [one for one in outcomes if one.exclusion in DIVISIBLE]
    if not divisible:
        return {}, ()
    facts = gather(divisible, [rule.contact_mode])
    meaning = weighting(kind=rule.kind, parameters=rule.parameters)
    return {
        outcome.pk: explain(
            touches=facts.touches,
            outcomes=facts.outcomes[rule.contact_mode],
            members=facts.members[rule.contact_mode],
            row=row,
            weighting=meaning,
            lookback_days=rule.lookback_days,
            amount_minor=outcome.amount_minor,
        )
        for row, outcome in enumerate(divisible)
    }, touch_ids(facts.touches)


def touch_ids(touches: Touches) -> tuple[UUID, ...]:
    """Return the id of each row."""
    halves = zip(touches.id_high.tolist(), touches.id_low.tolist(), strict=True)
    return tuple(UUID(int=(high << 64) | low) for high, low in halves)


def _held(
    outcomes: Sequence[Outcome], rule: CreditRule, as_of: datetime | None
) -> tuple[dict[UUID, dict[UUID, Held]], dict[UUID, list[Unearned]]]:
    rows = (
        entries_until(rule_slug=rule.slug, as_of=as_of)
        .filter(outcome__in=[one.pk for one in outcomes])
        .values_list("outcome_id", "touch_id", "bucket", "reason")
        .annotate(amount=Sum("amount_minor"), micro=Sum("count_micro"))
        .order_by("bucket", "reason")
    )
    earned: dict[UUID, dict[UUID, Held]] = defaultdict(dict)
    unearned: dict[UUID, list[Unearned]] = defaultdict(list)
    for outcome_id, touch_id, bucket, reason, amount, micro in rows:
        if not amount and not micro:
            continue
        if touch_id is not None:
            earned[outcome_id][touch_id] = Held(amount, micro)
        else:
            unearned[outcome_id].append(Unearned(bucket, reason, Held(amount, micro)))
    return earned, unearned
