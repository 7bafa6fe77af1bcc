"""How many uploaded recipients two sends share, by their numbers' keyed hashes."""

from collections.abc import Sequence

from django.db import connection

from campaigns.audience_overlaps import Overlap, Pair

LARGE = 50_000
"""Of sends with more recipients only one in sixteen is compared: whoever's hash starts with 0."""

# One statement for all pairs: the numbers are compared in the database and never leave it. A
# number counts once, also where several versions of a send have it. Comparing whole audiences
# was tried: two of 500,000 take seconds, and a page of the calendar may have dozens of them.
# Hashes are evenly spread hexadecimal text, so all are below “g” and a sixteenth below “1”.
_SHARED = """
    WITH size AS (
        SELECT link.send_id, count(*) > %(large)s AS is_large
        FROM links_link link JOIN links_recipientlink recipient ON recipient.link_id = link.id
        WHERE link.send_id = ANY(%(ones)s) OR link.send_id = ANY(%(others)s)
        GROUP BY link.send_id
    ), pair AS (
        SELECT wanted.one_id, wanted.other_id, mine.is_large OR theirs.is_large AS is_large,
            CASE WHEN mine.is_large OR theirs.is_large THEN '1' ELSE 'g' END AS below
        FROM unnest(%(ones)s::uuid[], %(others)s::uuid[]) AS wanted (one_id, other_id)
        JOIN size mine ON mine.send_id = wanted.one_id
        JOIN size theirs ON theirs.send_id = wanted.other_id
    )
    SELECT one_id, other_id, is_large, count(*) FROM (
        SELECT DISTINCT pair.one_id, pair.other_id, pair.is_large, mine.phone_hash
        FROM pair
        JOIN links_link my_link ON my_link.send_id = pair.one_id
        JOIN links_recipientlink mine
            ON mine.link_id = my_link.id AND mine.phone_hash < pair.below
        JOIN links_link other_link ON other_link.send_id = pair.other_id
        JOIN links_recipientlink theirs
            ON theirs.link_id = other_link.id AND theirs.phone_hash = mine.phone_hash
    ) AS shared
    GROUP BY one_id, other_id, is_large
"""


def count_shared_recipients(pairs: Sequence[Pair]) -> dict[Pair, Overlap]:
    """Return the pairs of sends that share recipients, and how many. Costs one query."""
    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, {"ones": ones, "others": others, "large": LARGE})
        return {
            (one, other): Overlap(count * 16 if is_large else count, is_large)
            for one, other, is_large, count in cursor.fetchall()
        }
