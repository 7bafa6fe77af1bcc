"""How many uploaded recipients two sends share, by their numbers' keyed hashes."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Count

from campaigns.audience_overlaps import Overlap, Pair
from links.models import RecipientLink

LARGE = 50_000
"""Of sends with more recipients only one in sixteen is compared: whoever's hash starts with 0.

Comparing whole audiences was tried: two of 500,000 take seconds, and a calendar may have dozens.
"""
_EVERYBODY, _A_SIXTEENTH = "g", "1"
"""Hashes are evenly spread hexadecimal text: all are below “g”, every sixteenth is below “1”."""

# One statement for all pairs: the numbers are compared in the database and never leave it. A
# number counts once, also where several versions of a send have it.
_SHARED = """
    SELECT one_id, other_id, count(*) FROM (
        SELECT DISTINCT pair.one_id, pair.other_id, mine.phone_hash
        FROM unnest(%(ones)s::uuid[], %(others)s::uuid[]) AS pair (one_id, other_id)
        JOIN links_link my_link ON my_link.send_id = pair.one_id
        JOIN links_recipientlink mine
            ON mine.link_id = my_link.id AND mine.phone_hash < %(below)s
        JOIN links_link other_link ON other_link.send_id = pair.other_id
        JOIN links_recipientlink theirs
            ON theirs.link_id = other_link.id AND theirs.phone_hash = mine.phone_hash
            AND theirs.phone_hash < %(below)s
    ) AS shared
    GROUP BY one_id, other_id
"""


def count_shared_recipients(pairs: Sequence[Pair]) -> dict[Pair, Overlap]:
    """Return the pairs of sends that share recipients, and how many. Costs up to three queries."""
    sizes = _sizes({pk for pair in pairs for pk in pair})
    known = [pair for pair in pairs if sizes.keys() >= set(pair)]
    small = [pair for pair in known if max(sizes[pk] for pk in pair) <= LARGE]
    large = [pair for pair in known if pair not in set(small)]
    found = {pair: Overlap(count) for pair, count in _counts(small, _EVERYBODY)}
    for pair, count in _counts(large, _A_SIXTEENTH):
        found[pair] = Overlap(count * 16, is_estimate=True)
    return found


def _sizes(sends: set[UUID]) -> dict[UUID, int]:
    """Return how many recipients each send has; one without any is left out."""
    rows = RecipientLink.objects.filter(link__send__in=sends).order_by().values("link__send")
    return dict(rows.annotate(size=Count("pk")).values_list("link__send", "size"))


def _counts(pairs: Sequence[Pair], below: str) -> list[tuple[Pair, int]]:
    if not pairs:
        return []
    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, {"ones": ones, "others": others, "below": below})
        return [((one, other), count) for one, other, count in cursor.fetchall()]
