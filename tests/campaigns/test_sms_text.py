"""Encodings and segments."""

import pytest

from campaigns.sms_text import count_segments, with_link


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("[" * 76 + "a" + "[" * 76, "GSM-7", 305, 2),
        ("ж" * 70, "UCS-2", 70, 1),
        ("ж" * 71, "UCS-2", 71, 2),
        ("🎉" * 35, "UCS-2", 70, 1),
        ("🎉" * 36, "UCS-2", 72, 2),
        ("🎉" * 67, "UCS-2", 134, 3),
    ],
)
def test_a_text_is_counted(text: str, encoding: str, units: int, segments: int) -> None:
    found = count_segments(text)

    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)


def test_an_escape_sequence_is_never_cut_in_two() -> None:
    assert count_segments("a" * 152 + "[" + "a" * 152).segments == 3


def test_the_character_that_forces_unicode_is_named_with_its_cost() -> None:
    found = count_segments("Don’t miss it “now”" + "a" * 130)

    assert found.is_unicode
    assert found.forced_by == ("’", "“", "”")
    assert (found.segments, found.without_them) == (3, 1)


def test_the_mark_stands_for_a_whole_link() -> None:
    assert len(with_link("Go {link}!", link_length=30)) == len("Go !") + 30
