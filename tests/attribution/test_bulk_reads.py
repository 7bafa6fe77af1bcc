"""Queries are read as columns."""

import numpy as np
import pytest

from attribution.binary_copy import UnexpectedWidthError
from attribution.bulk_reads import read_columns

pytestmark = pytest.mark.django_db
NUMBERS = np.dtype([("number", ">i4"), ("twice", ">i8")])


def test_rows_become_columns() -> None:
    query = "SELECT n, (2 * n)::int8 FROM unnest(%(numbers)s::int4[]) AS n"
    found = read_columns(query, {"numbers": [1, -7]}, NUMBERS)

    assert found["number"].tolist() == [1, -7]
    assert found["twice"].tolist() == [2, -14]


def test_no_rows_are_no_rows() -> None:
    assert len(read_columns("SELECT 1, 2::int8 LIMIT %(none)s", {"none": 0}, NUMBERS)) == 0


def test_a_null_is_refused() -> None:
    with pytest.raises(UnexpectedWidthError):
        read_columns("SELECT %(number)s::int4, NULL::int8", {"number": 1}, NUMBERS)
