"""Identifiers that may leave the system."""

import time
import uuid

import pytest

from campaigns.public_ids import MalformedIdError, PublicIdField, decode_id, encode_id, new_id

KNOWN = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def test_an_id_is_a_version_7_uuid_of_now() -> None:
    made = new_id()

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert abs((made.int >> 80) / 1000 - time.time()) < 60


def test_later_ids_sort_behind_earlier_ones() -> None:
    first = new_id()
    time.sleep(0.002)

    assert first < new_id()


def test_an_address_has_22_characters_and_leads_back() -> None:
    assert encode_id(KNOWN) == "AYkKXayWd0u8zrMCCZqAVw"
    assert decode_id("AYkKXayWd0u8zrMCCZqAVw") == KNOWN


@pytest.mark.parametrize("text", ["", "short", "AYkKXayWd0u8zrMCCZqA+w", "x" * 23, "ä" * 22])
def test_anything_else_is_no_id(text: str) -> None:
    with pytest.raises(MalformedIdError):
        decode_id(text)


def test_a_copy_in_a_history_table_is_a_plain_column() -> None:
    options = PublicIdField(primary_key=False).deconstruct()[3]

    assert options["primary_key"] is False
