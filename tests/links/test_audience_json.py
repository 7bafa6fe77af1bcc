"""Objects out of a JSON file, one by one."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links import audience_json
from links.audience_columns import AudienceFileError
from links.audience_json import read_objects


def objects(text: str) -> list[object]:
    return list(read_objects(io.BytesIO(text.encode())))


@pytest.mark.parametrize("text", ["[]", " [ ] trailing", '{"recipients": []}', ""])
def test_an_empty_list_has_nothing(text: str) -> None:
    assert objects(text) == []


def test_a_list_may_go_on_over_many_pieces(monkeypatch) -> None:
    monkeypatch.setattr(audience_json, "_CHUNK", 7)
    people = [{"phone": str(number), "name": "ü" * number} for number in range(30)]
    assert objects(json.dumps(people, ensure_ascii=False)) == people


@given(st.lists(st.integers() | st.text() | st.booleans()), st.integers(1, 9))
def test_a_value_is_never_cut_where_a_piece_ends(values: list[object], size: int) -> None:
    kept, audience_json._CHUNK = audience_json._CHUNK, size  # type: ignore[misc]
    try:
        assert objects(json.dumps(values)) == values
    finally:
        audience_json._CHUNK = kept  # type: ignore[misc]


def test_what_is_no_json_is_refused_with_its_place() -> None:
    with pytest.raises(AudienceFileError, match="follows object 1 is no JSON"):
        objects('[{"phone": "1"}, {phone: 2}]')


def test_a_list_that_breaks_off_is_refused() -> None:
    with pytest.raises(AudienceFileError, match=r"ends in the middle, after 1 objects"):
        objects('[{"phone": "1"},')


def test_an_object_that_never_ends_is_refused_before_memory_is(monkeypatch) -> None:
    monkeypatch.setattr(audience_json, "_LONGEST", 1000)
    monkeypatch.setattr(audience_json, "_CHUNK", 500)
    stream = io.BytesIO(b'[{"phone": "' + b"x" * 100_000)
    with pytest.raises(AudienceFileError, match="no JSON"):
        list(read_objects(stream))
    assert stream.tell() < 5000
