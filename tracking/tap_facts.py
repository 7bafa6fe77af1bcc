"""What the pipeline needs to know of a batch of taps, loaded with a fixed number of queries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection

from campaigns.public_ids import decode_id, encode_id
from links.models import Link
from tracking import bots
from tracking.models import Touchpoint
from tracking.pipeline import (
    REPEAT_SECONDS,
    BurstEvidence,
    LinkFacts,
    RecipientFacts,
    Surroundings,
    Tap,
    burst_evidence,
    find_bursts,
)
from tracking.tap_channels import load_classifier

UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment_of(microseconds: int) -> datetime:
    """Return the time that is so many microseconds after the start of 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


def microseconds_of(moment: datetime) -> int:
    """Return a time as whole microseconds since the start of 1970."""
    return (moment - EPOCH) // _MICROSECOND


def load_surroundings(taps: Sequence[Tap]) -> Surroundings:
    """Load links, recipients, confirmations, earlier taps and touches, and channel rules."""
    links = load_links({tap.record.link_id for tap in taps if tap.record.link_id})
    recipients = _load_recipients(taps, links)
    evidence = burst_evidence(taps, links)
    earlier = _load_earlier(evidence)
    bursts = find_bursts([*evidence, *earlier])
    return Surroundings(
        classify=load_classifier(),
        links=links,
        recipients=recipients,
        burst_clicks=bursts,
        earlier_bursts=bursts & {one.click_id for one in earlier},
        confirmed_clicks=frozenset(load_click_identities([tap.record.click_id for tap in taps])),
        touched_at_us=_load_latest_touches(
            {recipient.id for recipient in recipients.values()},
            since_us=min((tap.record.occurred_at_us for tap in taps), default=0),
        ),
    )


def load_links(link_ids: Collection[UUID]) -> dict[UUID, LinkFacts]:
    """Return what the pipeline needs of these links; they cannot be deleted before the commit."""
    _hold("links_link", link_ids)
    rows = Link.objects.filter(pk__in=link_ids).values(
        "id",
        "code",
        "message_id",
        "send_id",
        "send__campaign_id",
        "send__channel_id",
        "send__live_at",
        "destination_url",
        "tap_limit",
        "limit_reached_at",
        *UTM_FIELDS,
    )
    return {
        row["id"]: LinkFacts(
            id=row["id"],
            code=row["code"],
            message_id=row["message_id"],
            send_id=row["send_id"],
            campaign_id=row["send__campaign_id"],
            send_channel_id=row["send__channel_id"],
            live_at_us=microseconds_of(row["send__live_at"]) if row["send__live_at"] else None,
            destination_url=row["destination_url"],
            utm={name: row[name] for name in UTM_FIELDS},
            tap_limit=None if row["limit_reached_at"] else row["tap_limit"],
        )
        for row in rows.iterator(chunk_size=5000)
    }


def _hold(table: str, ids: Collection[UUID]) -> None:
    """Lock rows as a foreign key would, in one statement instead of one for every tap."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM {table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",  # noqa: S608 - our own name
                [list(ids)],
            )


def load_click_identities(click_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return, for clicks whose landing page has reported them, the id of the click's identity."""
    # One array instead of thousands of parameters, which cost more to bind than to look up.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value, id FROM tracking_identity WHERE kind = 'click' AND value = ANY(%s)",
            [[encode_id(click_id) for click_id in click_ids]],
        )
        return {decode_id(value): identity_id for value, identity_id in cursor.fetchall()}


def load_tapped_identities(identity_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these identities that have a tap as a person already."""
    if not identity_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT identity_id FROM tracking_touchpoint"
            " WHERE identity_id = ANY(%s) AND kind = 'tap' AND exclusion = ''",
            [list(identity_ids)],
        )
        return {identity_id for (identity_id,) in cursor.fetchall()}


def _load_earlier(evidence: Sequence[BurstEvidence]) -> list[BurstEvidence]:
    """Return taps from the same addresses a few seconds around these, read before them.

    A burst falls into several batches, and into the journals of several processes. The ids
    begin with the time, so the key finds them; an index of its own would cost every tap.
    """
    if not evidence:
        return []
    ids = [one.click_id.int for one in evidence]
    span = bots.BURST_SECONDS * 1000 << 80
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT click.id, COALESCE(link.send_id, link.id), click.address_hash,"
            " click.user_agent, click.occurred_at, click.path FROM tracking_click AS click"
            " JOIN links_link AS link ON link.id = click.link_id"
            " WHERE click.id BETWEEN %s AND %s AND click.address_hash = ANY(%s)",
            [
                UUID(int=max(min(ids) - span, 0)),
                UUID(int=min(max(ids) + span, (1 << 128) - 1)),
                list({one.address_hash for one in evidence}),
            ],
        )
        return [
            BurstEvidence(click_id, subject_id, address, agent, microseconds_of(moment), path)
            for click_id, subject_id, address, agent, moment, path in cursor.fetchall()
        ]


def _load_recipients(
    taps: Sequence[Tap], links: Mapping[UUID, LinkFacts]
) -> dict[tuple[UUID, str], RecipientFacts]:
    wanted: set[tuple[UUID, str]] = set()
    for tap in taps:
        tap.link = links.get(tap.record.link_id) if tap.record.link_id else None
        if tap.link is not None and (suffix := tap.suffix):
            wanted.add((tap.link.id, suffix))
    if not wanted:
        return {}
    # Two lists instead of pairs: the (link, suffix) index serves them, and six random
    # characters hardly ever occur under two links; what does not fit is left out below.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT link_id, suffix, id, phone, email FROM links_recipientlink"
            " WHERE link_id = ANY(%s) AND suffix = ANY(%s) FOR KEY SHARE",
            [list({link_id for link_id, _ in wanted}), [suffix for _, suffix in wanted]],
        )
        rows = cursor.fetchall()
    return {
        (link_id, suffix): RecipientFacts(pk, phone, email)
        for link_id, suffix, pk, phone, email in rows
        if (link_id, suffix) in wanted
    }


def _load_latest_touches(
    recipient_ids: Collection[UUID], *, since_us: int
) -> dict[tuple[UUID, UUID], int]:
    if not recipient_ids:
        return {}
    since = moment_of(since_us) - timedelta(seconds=REPEAT_SECONDS)
    rows = (
        Touchpoint.objects.filter(occurred_at__gte=since, click__recipient__in=recipient_ids)
        .order_by("occurred_at")
        .values_list("click__recipient_id", "link_id", "occurred_at")
    )
    return {
        (recipient_id, link_id): microseconds_of(occurred_at)
        for recipient_id, link_id, occurred_at in rows.iterator(chunk_size=5000)
    }
