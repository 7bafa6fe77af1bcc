"""Writes a batch of taps as clicks and touches. Call inside the transaction of its cursor."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef, Subquery

from campaigns.public_ids import new_id_bytes
from tracking.copying import NULL, array_text, copy_lines, moment_field, text_fields
from tracking.models import Click, Event, Touchpoint
from tracking.pipeline import ChannelVerdict, LinkFacts, Tap
from tracking.tap_facts import UTM_FIELDS, moment_of

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
_ORIGIN_FIELDS = (
    "originated_at", "original_channel_id", "original_campaign_id", "original_send_id",
    *(f"original_{name}" for name in UTM_FIELDS),
)  # fmt: skip
_SET_EARLIER_ORIGINS = """
    UPDATE tracking_person AS person SET
        originated_at = origin.originated_at, original_channel_id = origin.channel_id,
        original_campaign_id = origin.campaign_id, original_send_id = origin.send_id,
        original_utm_source = origin.utm_source, original_utm_medium = origin.utm_medium,
        original_utm_campaign = origin.utm_campaign, original_utm_content = origin.utm_content,
        original_utm_term = origin.utm_term
    FROM unnest(%s::uuid[], %s::timestamptz[], %s::uuid[], %s::uuid[], %s::uuid[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]
    ) AS origin (person_id, originated_at, channel_id, campaign_id, send_id,
        utm_source, utm_medium, utm_campaign, utm_content, utm_term)
    WHERE person.id = origin.person_id
        AND (person.originated_at IS NULL OR origin.originated_at < person.originated_at)
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


def earliest_taps(taps: Iterable[tuple[UUID, Tap]]) -> dict[UUID, Tap]:
    """Return the tap of each key that stands first in the order of touches."""
    found: dict[UUID, Tap] = {}
    for key, tap in taps:
        if key not in found or _order(tap) < _order(found[key]):
            found[key] = tap
    return found


def origin_fields(tap: Tap) -> dict[str, Any]:
    """Return a tap as the origin of its person, by the fields of `Person`."""
    link, channel = tap.link, tap.channel
    assert link is not None  # noqa: S101 -- the pipeline has dropped every other tap
    assert channel is not None  # noqa: S101
    utm = link.utm if tap.utm is None else tap.utm
    values = (
        moment_of(tap.record.occurred_at_us),
        channel.channel_id,
        link.campaign_id,
        link.send_id,
        *(utm.get(name, "")[:100] for name in UTM_FIELDS),
    )
    return dict(zip(_ORIGIN_FIELDS, values, strict=True))


def set_earlier_origins(taps: Mapping[UUID, Tap]) -> None:
    """Make these taps the origins of their people, by id, where none is earlier.

    What `origins.refresh_origins` does, in one statement: a new touch can only make the origin
    earlier, so the touches that were there before need not be read.
    """
    rows = [(person, *origin_fields(taps[person]).values()) for person in sorted(taps)]
    if rows:
        with connection.cursor() as cursor:
            columns = [array_text(column) for column in zip(*rows, strict=True)]
            cursor.execute(_SET_EARLIER_ORIGINS, columns)


def _order(tap: Tap) -> tuple[int, str]:
    return tap.record.occurred_at_us, _evidence_grade(tap)


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
