"""How many uploaded recipients two sends share, by their numbers' keyed hashes."""

from collections.abc import Sequence

from django.db import connection

from campaigns.audience_overlaps import Pair

# One statement for all pairs: the numbers are compared in the database and never leave it.
# A number counts once, also where several versions of a send have it.
_SHARED = """
    SELECT one_id, other_id, count(*) FROM (
        SELECT DISTINCT pair.one_id, pair.other_id, mine.phone_hash
        FROM unnest(%s::uuid[], %s::uuid[]) AS pair (one_id, other_id)
        JOIN links_link my_link ON my_link.send_id = pair.one_id
        JOIN links_recipientlink mine ON mine.link_id = my_link.id
        JOIN links_link other_link ON other_link.send_id = pair.other_id
        JOIN links_recipientlink theirs
            ON theirs.link_id = other_link.id AND theirs.phone_hash = mine.phone_hash
    ) AS shared
    GROUP BY one_id, other_id
"""


def count_shared_recipients(pairs: Sequence[Pair]) -> dict[Pair, int]:
    """Return the pairs of sends that share recipients, and how many. Costs one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, [[one for one, _ in pairs], [other for _, other in pairs]])
        return {(one, other): count for one, other, count in cursor.fetchall()}
