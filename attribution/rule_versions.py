"""Credit rules are versioned: editing one retires its version and starts the next.

What a retired version held is reversed, so that only active rules hold credit; what it said on
a past day can still be read as of that day.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice

from django.db import transaction

from attribution import ledger
from attribution.fitting import NotFittableError, fitted_parameters
from attribution.models import CreditBatch, CreditRule, Outcome
from attribution.rule_parameters import completed_parameters
from attribution.weights import DATA_DRIVEN, InvalidRuleError, weighting

__all__ = [
    "DefaultRuleError",
    "InvalidRuleError",
    "NotFittableError",
    "activate_rule",
    "create_rule_version",
    "fit_rule",
    "fit_rules",
    "make_default",
    "proposed_fit",
    "retire_rule",
    "start_rule",
]

_CHUNK = 2_000
_CAUSE = CreditBatch.Cause.CREDIT_RULES.value


class DefaultRuleError(ValueError):
    """Reports open with this rule, so another one has to be made the default first."""


def create_rule_version(
    *,
    slug: str,
    name: str,
    kind: str,
    parameters: Mapping[str, object],
    lookback_days: int | None,
    contact_mode: str,
    now: datetime,
) -> CreditRule:
    """Start the next version of a rule, or a new rule, and post the credit under it.

    The version before is retired in the same transaction, and hands on whether it was the
    default and its place in lists. Nothing happens where nothing differs. Parameters may leave
    out what `rule_parameters` knows: paid channels, and shares, which are fitted then.

    Raises:
        InvalidRuleError: the parameters mean nothing; `field` names the wrong one.
        NotFittableError: a data-driven rule finds too few journeys to fit its shares on.
    """
    _check(lookback_days, contact_mode)
    parameters = completed_parameters(
        kind=kind,
        parameters=parameters,
        lookback_days=lookback_days,
        contact_mode=contact_mode,
        now=now,
    )
    weighting(kind=kind, parameters=parameters)
    with transaction.atomic():
        ledger.hold()
        before = CreditRule.objects.active().filter(slug=slug).first()
        rule = CreditRule(
            slug=slug,
            version=_next_version(slug),
            name=name,
            kind=kind,
            parameters=dict(parameters),
            lookback_days=lookback_days,
            contact_mode=contact_mode,
            is_default=before.is_default if before else not CreditRule.objects.active().exists(),
            position=before.position if before else 100,
        )
        if before and _is_same(before, rule):
            return before
        if before:
            _retire(before, now)
        rule.save(force_insert=True)
        _in_chunks(lambda chunk: ledger.post(outcomes=chunk, rules=[rule], cause=_CAUSE, now=now))
    return rule


def activate_rule(*, rule: CreditRule, now: datetime) -> CreditRule:
    """Put a retired version's definition in force again, as the rule's next version.

    An active version is returned as it is.
    """
    rule.refresh_from_db()
    if rule.retired_at is None:
        return rule
    return _next(rule, rule.parameters, now)


def start_rule(*, kind: str, now: datetime) -> CreditRule:
    """Put the rule that is named after a kind in force, with what it says by default.

    One that was there before comes back as it was.

    Raises:
        InvalidRuleError: the kind says nothing without its author, as custom weights do.
        NotFittableError: a data-driven rule finds too few journeys to fit its shares on.
    """
    latest = CreditRule.objects.filter(slug=kind).order_by("-version").first()
    if latest:
        return activate_rule(rule=latest, now=now)
    return create_rule_version(
        slug=kind,
        name=dict(CreditRule.Kind.choices).get(kind, kind),
        kind=kind,
        parameters={},
        lookback_days=90,
        contact_mode=CreditRule.ContactMode.ROLES_ELSE_COMPANY,
        now=now,
    )


def fit_rule(*, rule: CreditRule, now: datetime) -> CreditRule:
    """Fit a data-driven rule on the journeys of this moment, as its next version.

    Raises:
        NotFittableError: there are too few journeys; the text says what is missing.
    """
    return _next(rule, proposed_fit(rule=rule, now=now), now)


def proposed_fit(*, rule: CreditRule, now: datetime) -> dict[str, object]:
    """Return the parameters that fitting a rule now would give it. Changes nothing.

    Raises:
        NotFittableError: there are too few journeys, or the rule's kind knows no shares.
    """
    if rule.kind not in DATA_DRIVEN:
        raise NotFittableError(f"“{rule.name}” divides by fixed weights; there is nothing to fit.")
    settings = {
        name: rule.parameters[name]
        for name in ("by", "goal", "order", "keeps_direct")
        if name in rule.parameters
    }
    return fitted_parameters(
        kind=rule.kind,
        parameters=settings,
        lookback_days=rule.lookback_days,
        contact_mode=rule.contact_mode,
        now=now,
    )


def fit_rules(*, now: datetime) -> dict[CreditRule, NotFittableError | None]:
    """Fit every active data-driven rule; return the rules in force and why one was left alone."""
    done: dict[CreditRule, NotFittableError | None] = {}
    for rule in CreditRule.objects.active().filter(kind__in=DATA_DRIVEN):
        try:
            done[fit_rule(rule=rule, now=now)] = None
        except NotFittableError as error:
            done[rule] = error
    return done


def retire_rule(*, rule: CreditRule, now: datetime) -> None:
    """Stop keeping credit under a rule: what it holds is reversed. Again is without effect.

    Raises:
        DefaultRuleError: it is the rule that reports open with.
    """
    with transaction.atomic():
        ledger.hold()
        rule.refresh_from_db()
        if rule.retired_at is not None:
            return
        if rule.is_default:
            raise DefaultRuleError(
                f"“{rule.name}” is the rule reports open with. Make another one the default first."
            )
        _retire(rule, now)


def make_default(*, rule: CreditRule) -> None:
    """Let reports open with this rule.

    Raises:
        DefaultRuleError: it is retired.
    """
    with transaction.atomic():
        ledger.hold()
        rule.refresh_from_db()
        if rule.retired_at is not None:
            raise DefaultRuleError(f"“{rule}” is retired and holds no credit.")
        CreditRule.objects.active().filter(is_default=True).update(is_default=False)
        rule.is_default = True
        rule.save(update_fields=["is_default"])


def _check(lookback_days: int | None, contact_mode: str) -> None:
    if lookback_days is not None and not 1 <= lookback_days <= 36_500:
        raise InvalidRuleError(
            "lookback_days", "The lookback is 1 to 36,500 days, or empty for lifetime."
        )
    if contact_mode not in CreditRule.ContactMode.values:
        raise InvalidRuleError("contact_mode", f"“{contact_mode}” is not a contact mode.")


def _next(rule: CreditRule, parameters: Mapping[str, object], now: datetime) -> CreditRule:
    """Start the next version of a rule, with other parameters."""
    return create_rule_version(
        slug=rule.slug,
        name=rule.name,
        kind=rule.kind,
        parameters=parameters,
        lookback_days=rule.lookback_days,
        contact_mode=rule.contact_mode,
        now=now,
    )


def _next_version(slug: str) -> int:
    latest = CreditRule.objects.filter(slug=slug).order_by("-version").first()
    return latest.version + 1 if latest else 1


def _is_same(before: CreditRule, rule: CreditRule) -> bool:
    fields = ("name", "kind", "parameters", "lookback_days", "contact_mode")
    return all(getattr(before, field) == getattr(rule, field) for field in fields)


def _retire(rule: CreditRule, now: datetime) -> None:
    rule.retired_at = now
    rule.save(update_fields=["retired_at"])
    _in_chunks(lambda chunk: ledger.reverse(outcomes=chunk, rules=[rule], cause=_CAUSE, now=now))


def _in_chunks(act: Callable[[list[Outcome]], object]) -> None:
    """Act on all outcomes, some at a time, so that memory stays bounded."""
    found = Outcome.objects.order_by("pk").iterator(chunk_size=_CHUNK)
    while chunk := list(islice(found, _CHUNK)):
        act(chunk)
