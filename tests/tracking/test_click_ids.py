"""Ids of clicks: canonical, ordered by time, and never given out twice."""

import os
import threading

import pytest

from campaigns.public_ids import decode_id, encode_id
from tracking import click_ids
from tracking.click_ids import new_click_id

NOON = 1_781_524_800_000


def test_an_id_is_a_uuid_of_version_7_in_its_one_text_form() -> None:
    for text in [new_click_id(NOON) for _ in range(1000)]:
        value = decode_id(text)
        assert encode_id(value) == text
        assert (value.version, value.variant) == (7, "specified in RFC 4122")


def test_an_id_says_its_millisecond() -> None:
    assert decode_id(new_click_id(NOON)).int >> 80 == NOON


def test_every_random_bit_takes_both_values() -> None:
    drawn = [decode_id(new_click_id(NOON)).int for _ in range(1000)]

    ever_set, always_set = 0, (1 << 128) - 1
    for value in drawn:
        ever_set |= value
        always_set &= value
    assert (ever_set ^ always_set).bit_count() == 74


def test_threads_never_get_the_same_id() -> None:
    found: list[list[str]] = [[] for _ in range(8)]
    threads = [
        threading.Thread(target=lambda ids=ids: ids.extend(new_click_id(NOON) for _ in range(2000)))
        for ids in found
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({text for ids in found for text in ids}) == 16_000


def test_a_forked_child_draws_its_own() -> None:
    new_click_id(NOON)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, "".join(new_click_id(NOON) for _ in range(300)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    text = os.read(reading, 300 * 22).decode()
    os.close(reading)
    os.close(writing)

    childs = {text[start : start + 22] for start in range(0, len(text), 22)}
    assert len(childs) == 300
    assert not childs & {new_click_id(NOON) for _ in range(600)}


@pytest.mark.parametrize("moment", [0, 2**48 - 1])
def test_a_clock_far_off_still_makes_ids(moment: int) -> None:
    assert decode_id(new_click_id(moment)).int >> 80 == moment


def test_what_was_drawn_is_used_up_before_more_is(monkeypatch: pytest.MonkeyPatch) -> None:
    new_click_id(NOON)
    left = len(click_ids._drawn)
    new_click_id(NOON)

    assert len(click_ids._drawn) == (left - 1) % click_ids._DRAWN_AT_ONCE
