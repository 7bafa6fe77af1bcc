"""Writes taps by COPY: clicks, touches and the running totals of a batch.

COPY is several times as fast as `bulk_create` (`benchmarks/consume.py` measures it). Call every
function inside the transaction that also moves the journal's cursor.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Model, OuterRef, Subquery
from psycopg.types.json import Jsonb

from campaigns.public_ids import new_id
from tracking.models import Click, Event, Touchpoint
from tracking.pipeline import Tap
from tracking.tap_facts import UTM_FIELDS, moment_of

_CLICK_COLUMNS = (
    "id", "occurred_at", "answer", "link_id", "recipient_id", "host", "path", "query", "method",
    "address_hash", "user_agent", "referrer", "country", "device", "os", "browser", "grade",
    "reason",
)  # fmt: skip
_TOUCH_COLUMNS = (
    "id", "identity_id", "kind", "occurred_at", "click_id", "link_id", "message_id", "send_id",
    "campaign_id", "channel_id", "channel_rule_id", "rule_set_version", *UTM_FIELDS, "page_url",
    "referrer", "click_ids", "evidence_grade", "source_priority", "exclusion",
)  # fmt: skip
_NO_CLICK_IDS = Jsonb({})
_SET_EARLIER_ORIGINS = """
    UPDATE tracking_person AS person SET
        originated_at = touch.occurred_at, original_channel_id = touch.channel_id,
        original_campaign_id = touch.campaign_id, original_send_id = touch.send_id,
        original_utm_source = touch.utm_source, original_utm_medium = touch.utm_medium,
        original_utm_campaign = touch.utm_campaign, original_utm_content = touch.utm_content,
        original_utm_term = touch.utm_term
    FROM (
        SELECT DISTINCT ON (identity.person_id) identity.person_id, touch.*
        FROM tracking_touchpoint AS touch
        JOIN tracking_identity AS identity ON identity.id = touch.identity_id
        WHERE touch.click_id = ANY(%s)
        ORDER BY identity.person_id, touch.occurred_at, touch.evidence_grade,
            touch.source_priority, touch.id
    ) AS touch
    WHERE person.id = touch.person_id
        AND (person.originated_at IS NULL OR touch.occurred_at < person.originated_at)
"""


def insert_clicks(taps: Sequence[Tap]) -> list[Tap]:
    """Insert the clicks and return the taps that were not there before.

    Duplicates do not occur unless a journal is read again from its start, so the plain COPY is
    tried first: a staging table for every batch would cost a third of the speed.
    """
    try:
        with transaction.atomic():
            copy_rows("tracking_click", _CLICK_COLUMNS, map(_click_row, taps))
    except IntegrityError:
        known = set(
            Click.objects.filter(pk__in=[tap.record.click_id for tap in taps]).values_list(
                "pk", flat=True
            )
        )
        if not known:
            raise
        new_taps = [tap for tap in taps if tap.record.click_id not in known]
        copy_rows("tracking_click", _CLICK_COLUMNS, map(_click_row, new_taps))
        return new_taps
    return list(taps)


def insert_touches(taps: Iterable[Tap]) -> None:
    """Insert a touch for every tap; each has its link and its channel by now."""
    copy_rows("tracking_touchpoint", _TOUCH_COLUMNS, map(_touch_row, taps))


def name_touch_of_events(click_ids: Sequence[UUID]) -> None:
    """Point events that came before their tap was read at the tap's touch."""
    if click_ids:
        touch = Touchpoint.objects.filter(click=OuterRef("click_id")).values("pk")[:1]
        Event.objects.filter(click_id__in=click_ids, touchpoint=None).update(
            touchpoint=Subquery(touch)
        )


def set_earlier_origins(click_ids: Sequence[UUID]) -> None:
    """Make the touches of these clicks their people's origins where none is earlier.

    What `origins.refresh_origins` does, in one statement: a new touch can only make the origin
    earlier, so the touches that were there before need not be read.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SET_EARLIER_ORIGINS, [list(click_ids)])


def add_to_totals(taps: Iterable[Tap]) -> None:
    """Add redirected taps to their link's counts of the day (UTC), rows in one order."""
    counts: Counter[tuple[UUID, date, bool]] = Counter(
        (tap.link.id, moment_of(tap.record.occurred_at_us).date(), tap.is_machine)
        for tap in taps
        if tap.link is not None and tap.record.answer == "redirected"
    )
    if not counts:
        return
    days = sorted({(link_id, day) for link_id, day, _ in counts})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_clicktotal AS total"
            " (id, link_id, date, human_count, machine_count, recipient_count)"
            " SELECT *, 0 FROM unnest(%s::uuid[], %s::uuid[], %s::date[], %s::int[], %s::int[])"
            " ON CONFLICT (link_id, date) DO UPDATE SET"
            " human_count = total.human_count + EXCLUDED.human_count,"
            " machine_count = total.machine_count + EXCLUDED.machine_count",
            [
                [new_id() for _ in days],
                [link_id for link_id, _ in days],
                [day for _, day in days],
                [counts[link_id, day, False] for link_id, day in days],
                [counts[link_id, day, True] for link_id, day in days],
            ],
        )


def copy_new(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows of a model by COPY; what a row does not name gets the field's default."""
    fields = model._meta.concrete_fields
    defaults = {field.attname: field.get_default() for field in fields}
    copy_rows(
        model._meta.db_table,
        [field.column for field in fields],
        (tuple({**defaults, **row}.values()) for row in rows),
    )


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows by COPY.

    Raises:
        IntegrityError: one of them breaks a constraint; none is inserted then.
    """
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _click_row(tap: Tap) -> tuple[Any, ...]:
    record = tap.record
    return (
        record.click_id,
        moment_of(record.occurred_at_us),
        record.answer,
        tap.link.id if tap.link else None,
        tap.recipient.id if tap.recipient else None,
        record.host[:255],
        record.path[:500],
        record.query[:2000],
        record.method[:8],
        record.address_hash[:32],
        record.user_agent[:500],
        record.referrer[:500],
        record.country,
        "",
        "",
        "",
        Click.Grade.CONFIRMED if tap.is_confirmed else tap.grade,
        tap.reason,
    )


def _touch_row(tap: Tap) -> tuple[Any, ...]:
    record, link, channel = tap.record, tap.link, tap.channel
    assert link is not None  # noqa: S101 -- the pipeline has dropped every other tap
    assert channel is not None  # noqa: S101
    utm = link.utm if tap.utm is None else tap.utm
    return (
        new_id(),
        tap.identity_id,
        "tap",
        moment_of(record.occurred_at_us),
        record.click_id,
        link.id,
        link.message_id,
        link.send_id,
        link.campaign_id,
        channel.channel_id,
        channel.rule_id,
        channel.rule_set_version,
        *(utm.get(name, "")[:100] for name in UTM_FIELDS),
        link.destination_url,
        record.referrer[:500],
        Jsonb(tap.click_ids) if tap.click_ids else _NO_CLICK_IDS,
        _evidence_grade(tap),
        0,
        "",
    )


def _evidence_grade(tap: Tap) -> int:
    """Return the place in the order of touches: lower is stronger (attribution-rules, "Bots")."""
    if tap.is_confirmed:
        return 0
    return 1 if tap.grade == Click.Grade.LIKELY else 2
