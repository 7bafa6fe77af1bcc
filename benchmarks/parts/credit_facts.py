"""Touches, outcomes, entries and sums for benchmarks, made by the database itself.

Everything has a number, and its id is that number, so that statements need no joins. Persons have
eight touches each over the same 90 days, sends and links; every twelfth has a deal and every
sixth a lead. Entries and sums are what a posting would have written, without dividing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

STARTS = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=150)
"""Touches lie in the 90 days from here, deals begin in the 30 days after those, and close in the
last 30 days before today, where the dashboard looks."""

SENDS, TOUCHES_EACH = 50, 8
_CHUNK = 20_000


def make_plan() -> None:
    """Make sends with a message and a link each, on every channel there is."""
    from campaigns.models import Campaign, Channel, Message, NamingConvention, Send
    from crm_sync.models import Connection, Pipeline, Stage
    from links.models import Domain, Link
    from tracking.models import Goal

    channels = list(Channel.objects.order_by("pk"))
    convention = NamingConvention.objects.first()
    domain = Domain.objects.create(host="go.example.com", scheme="http")
    campaigns = [Campaign.objects.create(pk=_uuid(1, n), name=f"Campaign {n}") for n in range(10)]
    for n in range(SENDS):
        send = Send.objects.create(
            pk=_uuid(2, n), campaign=campaigns[n // 5], channel=channels[n % len(channels)],
            convention=convention, name=f"Send {n}", utm_campaign=f"send-{n}", status="live",
            audience=f"Audience {n % 7}", destination_url="https://www.example.com/",
            live_at=STARTS,
        )  # fmt: skip
        message = Message.objects.create(pk=_uuid(3, n), send=send, body="x", utm_content=f"v{n}")
        Link.objects.create(
            pk=_uuid(4, n), domain=domain, code=f"bench{n}", send=send, message=message,
            destination_url="https://www.example.com/",
        )  # fmt: skip
    Goal.objects.create(pk=_uuid(5, 0), name="Demo", event_name="demo")
    crm = Connection.objects.create(pk=_uuid(6, 0), slug="crm", name="CRM", provider="csv_file")
    pipeline = Pipeline.objects.create(pk=_uuid(6, 1), connection=crm, external_id="p", name="P")
    for n, outcome in enumerate(("open", "won", "lost")):
        Stage.objects.create(
            pk=_uuid(7, n), pipeline=pipeline, external_id=outcome, name=outcome, outcome=outcome
        )


def add_people(first: int, last: int) -> None:
    """Add people and their touches, numbered from `first` up to, not including, `last`."""
    from tracking.models import Identity, Person, Touchpoint

    people = f"generate_series({first}, {last - 1}) AS p"
    _insert(Person, people, {"id": _id(10, "p"), "created_at": _moment("0")})
    _insert(
        Identity, people,
        {
            "id": _id(11, "p"), "person_id": _id(10, "p"), "kind": "'email'",
            "value": "'p' || p || '@example.com'", "first_seen_at": _moment("0"),
        },
    )  # fmt: skip
    _insert(
        Touchpoint, f"{people}, {_TOUCH_NUMBERS}, {_CHANNELS}",
        {
            "id": _id(12, "t"), "identity_id": _id(11, "p"), "kind": "'tap'",
            "occurred_at": _TOUCHED_AT, **_PLACE, "rule_set_version": "'bench'",
        },
    )  # fmt: skip


def add_outcomes(first: int, last: int) -> None:
    """Add the deals and leads of these people, their outcomes, their credit and its sums."""
    from attribution.models import Outcome
    from crm_sync.models import Contact, Deal, DealContact
    from tracking.models import Event

    deals = f"generate_series({first}, {last - 1}) AS p WHERE p % 12 = 0"
    leads = f"generate_series({first}, {last - 1}) AS p WHERE p % 6 = 0"
    known = {"source_currency": "'USD'", "rate": "1", "updated_at": _moment("0")}
    amount = "(10000 + p % 100000)"
    crm = f"'{_uuid(6, 0)}'::uuid"
    _insert(
        Contact, deals,
        {
            "id": _id(13, "p"), "connection_id": crm, "external_id": "p::text",
            "identity_id": _id(11, "p"),
        },
    )  # fmt: skip
    _insert(
        Deal, deals,
        {
            "id": _id(14, "p"), "connection_id": crm, "external_id": "p::text",
            "name": "'Deal ' || p", "stage_id": _id(7, _STATE), "amount_minor": amount,
            "outcome": f"(ARRAY['open', 'won', 'lost'])[{_STATE} + 1]", "currency": "'USD'",
            "deal_created_at": _CREATED_AT, "closed_at": f"CASE {_STATE} WHEN 0 THEN NULL ELSE {_CLOSED_AT} END",
        },
    )  # fmt: skip
    _insert(
        DealContact, deals,
        {"id": _id(15, "p"), "deal_id": _id(14, "p"), "contact_id": _id(13, "p")},
    )  # fmt: skip
    _insert(
        Event, leads,
        {
            "id": _id(16, "p"), "origin": "'bench'", "event_id": "'e' || p", "name": "'demo'",
            "occurred_at": _CREATED_AT, "received_at": _CREATED_AT, "identity_id": _id(11, "p"),
            "goal_id": f"'{_uuid(5, 0)}'::uuid",
        },
    )  # fmt: skip
    _insert(
        Outcome, deals,
        {
            "id": _id(17, "p"), "kind": "'opportunity'", "deal_id": _id(14, "p"), **known,
            "occurred_at": _CREATED_AT, "amount_minor": amount, "source_amount_minor": amount,
        },
    )  # fmt: skip
    _insert(
        Outcome, f"{deals} AND {_STATE} = 1",
        {
            "id": _id(18, "p"), "kind": "'win'", "deal_id": _id(14, "p"), **known,
            "occurred_at": _CLOSED_AT, "amount_minor": amount, "source_amount_minor": amount,
        },
    )  # fmt: skip
    _insert(
        Outcome, leads,
        {
            "id": _id(19, "p"), "kind": "'lead'", "event_id": _id(16, "p"),
            "person_id": _id(10, "p"), "occurred_at": _CREATED_AT, **known,
        },
    )  # fmt: skip
    _add_credit(deals, leads, amount)
    _count_influence(first, last)
    _analyze()


def _add_credit(deals: str, leads: str, amount: str) -> None:
    """Add the entries of these outcomes under all rules, and add them to the sums."""
    from attribution.models import CreditBatch, CreditEntry, CreditRule
    from attribution.running_sums import add_to_totals

    rules = list(CreditRule.objects.active())
    for outcomes, table, worth, moment in (
        (deals, 17, amount, _CREATED_AT),
        (f"{deals} AND {_STATE} = 1", 18, amount, _CLOSED_AT),
        (leads, 19, "0", _CREATED_AT),
    ):
        batch = CreditBatch.objects.create(
            number=CreditBatch.objects.count() + 1, cause="rebuild", posted_at=STARTS,
            entry_count=1, hash="bench",
        )  # fmt: skip
        for place, rule in enumerate(rules):
            _insert(
                CreditEntry,
                f"(SELECT p FROM {outcomes}) AS outcome, {_TOUCH_NUMBERS}, {_CHANNELS}"
                f" WHERE k < {1 if rule.kind in {'first', 'last'} else TOUCHES_EACH}",
                {
                    "id": _id(100 + place * 10 + table - 17, "t"), "batch_id": f"'{batch.pk}'",
                    "line": f"t + {place} * 100000000", "outcome_id": _id(table, "p"),
                    "rule_id": f"'{rule.pk}'", "touch_id": _id(12, "t"), "bucket": "'attributed'",
                    "amount_minor": _share(worth, rule.kind), "rate": "1", **_PLACE,
                    "count_micro": _share("1000000", rule.kind),
                    "touch_date": f"({_TOUCHED_AT})::date", "outcome_date": f"({moment})::date",
                },
            )  # fmt: skip
        _analyze()
        add_to_totals(batch)


def _count_influence(first: int, last: int) -> None:
    """Count who took part in the outcomes of these people."""
    from attribution.influence_sums import count_influence
    from attribution.models import CreditRule, Outcome

    rules = list(CreditRule.objects.active())
    found = Outcome.objects.all()
    chunk: list[Any] = []
    for outcome in found.iterator(chunk_size=_CHUNK):
        number = int(str(outcome.pk)[-12:], 16)
        if first <= number < last:
            chunk.append(outcome)
        if len(chunk) == _CHUNK:
            count_influence(chunk, under=rules)
            chunk = []
    count_influence(chunk, under=rules)


def person_with_deal(number: int) -> str:
    """Return the id of the deal of a person, whose number is a multiple of twelve."""
    return _uuid(14, number)


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _insert(model: Any, source: str, columns: Mapping[str, str]) -> None:
    """Insert one row per row of `source`; columns not named get their default or nothing."""
    from django.db import connection

    values = {
        field.column: columns.get(field.column) or _default(field)
        for field in model._meta.concrete_fields
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(values)})"
            f" SELECT {', '.join(values.values())} FROM {source}"
        )


def _default(field: Any) -> str:
    if field.null:
        return "NULL"
    kind = field.get_internal_type()
    if kind == "JSONField":
        return "'[]'::jsonb" if field.default is list else "'{}'::jsonb"
    if field.has_default() and not callable(field.default):
        return str(field.default) if kind != "CharField" else f"'{field.default}'"
    return "'{}'" if kind == "ArrayField" else "''"


def _uuid(table: int, number: int) -> str:
    return f"{table:08x}-0000-7000-8000-{number:012x}"


def _id(table: int, number: str) -> str:
    return f"('{table:08x}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def _moment(seconds: str) -> str:
    return f"(timestamptz '{STARTS.isoformat()}' + make_interval(secs => {seconds}))"


def _share(whole: str, kind: str) -> str:
    """Return a touch's part: all of it for one, else an eighth and the first one the rest."""
    if kind in {"first", "last"}:
        return whole
    part = f"{whole} / {TOUCHES_EACH}"
    return f"CASE k WHEN 0 THEN {whole} - {part} * {TOUCHES_EACH - 1} ELSE {part} END"


_TOUCH_NUMBERS = f"""LATERAL (
    SELECT k, p::int8 * {TOUCHES_EACH} + k AS t, (p * 7 + k * k * 5 + p % 11 * k) % {SENDS} AS n
    FROM generate_series(0, {TOUCHES_EACH - 1}) AS k
) AS numbered"""
_CHANNELS = "(SELECT array_agg(id ORDER BY id) AS ids FROM campaigns_channel) AS channels"
_PLACE = {
    "channel_id": "ids[n % cardinality(ids) + 1]",
    "campaign_id": _id(1, "n / 5"),
    "send_id": _id(2, "n"),
    "message_id": _id(3, "n"),
    "link_id": _id(4, "n"),
}
_STATE = "(p / 12 % 3)"
_TOUCHED_AT = _moment("k * 950400 + p::int8 * 7919 % 864000")
_CREATED_AT = _moment("7776000 + p::int8 * 104729 % 2592000")
_CLOSED_AT = _moment("10368000 + p::int8 * 104729 % 2592000")
