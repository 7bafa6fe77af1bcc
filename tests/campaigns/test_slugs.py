"""Text as lower-case, hyphenated ASCII."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.slugs import name_letter, slugify


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Trial June", "trial-june"),
        ("TrialReengagement", "trial-reengagement"),
        ("SMS", "sms"),
        ("trial%20june", "trial-june"),
        ("100% off", "100-off"),
        ("été", "ete"),
        ("Größe", "grosse"),
        ("tri\u0430l", "trial"),
        ("we're", "were"),
        ("a\u200bb\u202ec", "abc"),
        ("🎉", ""),
        ("__a__", "a"),
    ],
)
def test_text_becomes_a_slug(text: str, slug: str) -> None:
    assert slugify(text) == slug


@given(st.text(max_size=200))
def test_a_slug_is_its_own_slug(text: str) -> None:
    once = slugify(text)

    assert slugify(once) == once
    assert once == "" or once.replace("-", "").isalnum()
    assert once.isascii()


def test_a_letter_without_a_name_is_called_by_its_number() -> None:
    assert name_letter("\x00") == "U+0000"
