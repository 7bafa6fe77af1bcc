"""The ledger's entries behind a figure, and the deals behind it: one set of names for lists and reports."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from attribution.models import Bucket, CreditEntry

NAMES: Final = (
    "rule", "goal", "bucket", "reason", "cause", "channel", "campaign", "send", "message", "link",
    "audience", "deal", "outcome", "touch", "batch", "touch_from", "touch_to", "outcome_from",
    "outcome_to", "as_of", "restated",
)  # fmt: skip
"""What entries can be asked by. `rule` is a slug or a slug and a version, as in `linear@3`; `channel` a slug or
an id; `campaign` a name or an id; days include both ends; `as_of` keeps what was posted by then;
`restated` is yes or no."""

TOUCHED: Final = ("channel", "campaign", "send", "message", "link", "audience")
"""What a deal can have been touched by."""

_KINDS = {"win": ("win", "refund")}
"""A refund takes back what a win brought, so both stand behind its figure."""


class UnreadableFilterError(ValueError):
    """A value cannot be what its filter needs: an id, a day or a moment."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"“{text}” cannot be used as {name}.")
        self.name = name


def entries_behind(
    entries: QuerySet[CreditEntry], asked: Mapping[str, str]
) -> QuerySet[CreditEntry]:
    """Keep the entries that fit all that is asked; empty values and unknown names ask nothing.

    Raises:
        UnreadableFilterError: a value is no id, day or moment where one is needed.
    """
    for name in NAMES:
        text = asked.get(name, "").strip()
        if text:
            try:
                entries = entries.filter(_CONDITIONS[name](text))
            except ValueError as error:
                raise UnreadableFilterError(name, text) from error
    return entries


def deals_touched(deals: QuerySet[Any], asked: Mapping[str, str]) -> QuerySet[Any]:
    """Keep the deals of which a touch of what is asked earned credit under a rule that is kept.

    Raises:
        UnreadableFilterError: a value is no id where one is needed.
    """
    wanted = {name: asked[name] for name in (*TOUCHED, "rule") if asked.get(name)}
    if not wanted.keys() & set(TOUCHED):
        return deals
    earned = CreditEntry.objects.filter(
        outcome__deal=OuterRef("pk"), bucket=Bucket.ATTRIBUTED, rule__retired_at__isnull=True
    ).order_by()
    return deals.filter(Exists(entries_behind(earned, wanted)))


def _rule(text: str) -> Q:
    slug, _, version = text.partition("@")
    return Q(rule__slug=slug, **({"rule__version": int(version)} if version else {}))


def _named(field: str, name: str) -> Callable[[str], Q]:
    """Return a condition that takes an id or a name."""

    def condition(text: str) -> Q:
        named = Q(**{f"{field}__{name}__iexact": text})
        try:
            return Q(**{f"{field}_id": UUID(text)})
        except ValueError:
            return named

    return condition


def _id(field: str) -> Callable[[str], Q]:
    return lambda text: Q(**{field: UUID(text)})


def _day(lookup: str) -> Callable[[str], Q]:
    return lambda text: Q(**{lookup: date.fromisoformat(text)})


def _moment(text: str) -> Q:
    # An unescaped plus sign of an address arrives as a space
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    if moment.tzinfo is None:
        raise ValueError(text)
    return Q(batch__posted_at__lte=moment)


_CONDITIONS: dict[str, Callable[[str], Q]] = {
    "rule": _rule,
    "goal": lambda text: Q(outcome__kind__in=_KINDS.get(text, (text,))),
    "bucket": lambda text: Q(bucket=text),
    "reason": lambda text: Q(reason=text),
    "cause": lambda text: Q(batch__cause=text),
    "channel": _named("channel", "slug"),
    "campaign": _named("campaign", "name"),
    "send": _id("send_id"),
    "message": _id("message_id"),
    "link": _id("link_id"),
    "audience": lambda text: Q(send__audience=text),
    "deal": _id("outcome__deal_id"),
    "outcome": _id("outcome_id"),
    "touch": _id("touch_id"),
    "batch": lambda text: Q(batch__number=int(text)),
    "touch_from": _day("touch_date__gte"),
    "touch_to": _day("touch_date__lte"),
    "outcome_from": _day("outcome_date__gte"),
    "outcome_to": _day("outcome_date__lte"),
    "as_of": _moment,
    "restated": lambda text: Q(is_restatement=text == "yes"),
}
