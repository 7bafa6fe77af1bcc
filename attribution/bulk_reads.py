"""Query → columns: many rows of fixed width through one binary COPY."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from attribution.binary_copy import columns_query, unpacked


def read_columns(
    query: str, parameters: Mapping[str, object], dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Return a query's rows as a structured array of `dtype`.

    Raises:
        UnexpectedWidthError: the query gives other fields, or a NULL.
    """
    # PostgreSQL binds no parameters in COPY, so the client puts them into the text
    with connection.cursor() as cursor:
        asked = cursor.mogrify(columns_query(query, dtype), parameters)
        with cursor.copy(f"COPY ({asked}) TO STDOUT (FORMAT BINARY)") as copy:
            return unpacked(b"".join(copy), dtype)
