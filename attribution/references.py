"""The rows that entries name, checked a batch at a time instead of row by row.

The ledger's lock makes it safe: who removes such a row waits for it (migrations/0003_append_only.py),
so that what is found here stays until the batch is posted, and afterwards its entries keep it.
"""

from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from attribution.models import CreditRule, Outcome
from tracking.models import Touchpoint

NAMED = {
    "outcome_id": Outcome._meta.db_table,
    "rule_id": CreditRule._meta.db_table,
    "touch_id": Touchpoint._meta.db_table,
}
"""The columns of an entry that name rows of other tables, which must be there."""


class MissingReferenceError(LookupError):
    """An entry would name an outcome, a rule or a touch that is not there."""


def check_references(records: NDArray[Any]) -> None:
    """Make sure that all that a batch's records name is there. Three queries.

    Raises:
        MissingReferenceError: something is not; post nothing.
    """
    for column, table in NAMED.items():
        named = _once(records[column])
        query = f"SELECT count(*) FROM {table} WHERE id = ANY(%s::uuid[])"  # noqa: S608 - a constant
        with connection.cursor() as cursor:
            cursor.execute(query, [f"{{{','.join(named)}}}"])
            [found] = cursor.fetchone()
        if found != len(named):
            raise MissingReferenceError(
                f"{len(named) - found:,} of {len(named):,} rows of {table} that would be named "
                "are not there."
            )


def lost_references() -> dict[str, int]:
    """Return how many entries name a row that is not there, by column. Reads the whole ledger."""
    lost = {}
    for column, table in {"batch_id": "attribution_creditbatch", **NAMED}.items():
        query = f"""
            SELECT count(*) FROM attribution_creditentry e
            WHERE {column} IS NOT NULL
              AND NOT EXISTS (SELECT FROM {table} t WHERE t.id = e.{column})
        """  # noqa: S608 - constants
        with connection.cursor() as cursor:
            cursor.execute(query)
            [count] = cursor.fetchone()
        if count:
            lost[column] = count
    return lost


def _once(ids: NDArray[Any]) -> list[str]:
    """Return each id once, as 32 hexadecimal digits, without the one that stands for none."""
    known = np.unique(np.ascontiguousarray(ids).view("S16"))
    digits = known[known != b""].tobytes().hex()
    return [digits[start : start + 32] for start in range(0, len(digits), 32)]
