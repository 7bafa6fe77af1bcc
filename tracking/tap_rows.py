"""Writes a batch of taps as clicks and touches. Call inside the transaction of its cursor."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef, Subquery

from campaigns.public_ids import new_id_bytes
from tracking.copying import NULL, copy_lines, moment_field, text_fields
from tracking.models import Click, Event, Touchpoint
from tracking.pipeline import ChannelVerdict, LinkFacts, Tap
from tracking.tap_facts import UTM_FIELDS

_CLICK_COLUMNS = (
    "id", "occurred_at", "answer", "link_id", "recipient_id", "host", "path", "query", "method",
    "address_hash", "user_agent", "referrer", "country", "device", "os", "browser", "grade",
    "reason",
)  # fmt: skip
_TOUCH_COLUMNS = (
    "id", "identity_id", "occurred_at", "click_id", "referrer", "click_ids", "evidence_grade",
    "kind", "link_id", "message_id", "send_id", "campaign_id", "channel_id", "channel_rule_id",
    "rule_set_version", *UTM_FIELDS, "page_url", "source_priority", "exclusion",
)  # fmt: skip
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
            copy_lines("tracking_click", _CLICK_COLUMNS, map(_click_line, taps))
    except IntegrityError:
        known = set(
            Click.objects.filter(pk__in=[tap.record.click_id for tap in taps]).values_list(
                "pk", flat=True
            )
        )
        if not known:
            raise
        new_taps = [tap for tap in taps if tap.record.click_id not in known]
        copy_lines("tracking_click", _CLICK_COLUMNS, map(_click_line, new_taps))
        return new_taps
    return list(taps)


def insert_touches(taps: Sequence[Tap]) -> None:
    """Insert a touch for every tap; each has its link and its channel by now."""
    places: dict[tuple[UUID, ChannelVerdict], str] = {}
    copy_lines("tracking_touchpoint", _TOUCH_COLUMNS, (_touch_line(tap, places) for tap in taps))


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


def _click_line(tap: Tap) -> str:
    record, device = tap.record, tap.device
    return "\t".join(
        (
            record.click_id.hex,
            moment_field(record.occurred_at_us),
            record.answer,
            tap.link.id.hex if tap.link else NULL,
            tap.recipient.id.hex if tap.recipient else NULL,
            text_fields(
                record.host[:255],
                record.path[:500],
                record.query[:2000],
                record.method[:8],
                record.address_hash[:32],
                record.user_agent[:500],
                record.referrer[:500],
                record.country[:2],
            ),
            device.device,
            device.os,
            device.browser,
            Click.Grade.CONFIRMED.value if tap.is_confirmed else tap.grade,
            tap.reason,
        )
    )


def _touch_line(tap: Tap, places: dict[tuple[UUID, ChannelVerdict], str]) -> str:
    record, link, channel = tap.record, tap.link, tap.channel
    assert link is not None  # noqa: S101 -- the pipeline has dropped every other tap
    assert channel is not None  # noqa: S101
    if tap.utm is not None:
        place = _place_fields(link, channel, tap.utm)
    elif (known := places.get((link.id, channel))) is not None:
        place = known
    else:
        place = places[link.id, channel] = _place_fields(link, channel, link.utm)
    return "\t".join(
        (
            new_id_bytes().hex(),
            tap.identity_id.hex if tap.identity_id else NULL,
            moment_field(record.occurred_at_us),
            record.click_id.hex,
            text_fields(record.referrer[:500]),
            text_fields(json.dumps(tap.click_ids)) if tap.click_ids else "{}",
            _evidence_grade(tap),
            place,
        )
    )


def _place_fields(link: LinkFacts, channel: ChannelVerdict, utm: Mapping[str, str]) -> str:
    """Return the fields that all touches of a link with the same tags have in common."""
    ids = (
        link.id,
        link.message_id,
        link.send_id,
        link.campaign_id,
        channel.channel_id,
        channel.rule_id,
    )
    texts = (
        channel.rule_set_version,
        *(utm.get(name, "")[:100] for name in UTM_FIELDS),
        link.destination_url,
    )
    return "\t".join(
        ("tap", *(one.hex if one else NULL for one in ids), text_fields(*texts), "0", "")
    )


def _evidence_grade(tap: Tap) -> str:
    """Return the place in the order of touches: lower is stronger (attribution-rules, "Bots")."""
    if tap.is_confirmed:
        return "0"
    return "1" if tap.grade == Click.Grade.LIKELY else "2"
