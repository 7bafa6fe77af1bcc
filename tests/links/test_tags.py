"""Tags of short links."""

import pytest

from links.tags import LONGEST, MOST, TagNotAllowedError, clean_tags, split_tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("Spring Sale, poster", ["poster", "spring sale"]),
        ("a;b|c\nd", ["a", "b", "c", "d"]),
        ("  two   blanks ,", ["two blanks"]),
        ("Poster, poster, POSTER", ["poster"]),
        ("cafe\u0301", ["café"]),
        ("", []),
    ],
)
def test_a_line_becomes_tags_in_one_spelling(text, tags) -> None:
    assert split_tags(text) == tags


def test_stored_tags_stay_as_they_are() -> None:
    assert clean_tags(clean_tags(["B", "a b"])) == ["a b", "b"]


def test_a_tag_too_long_is_named() -> None:
    with pytest.raises(TagNotAllowedError, match=f"at most {LONGEST} characters"):
        clean_tags(["x" * (LONGEST + 1)])


def test_too_many_tags_are_refused() -> None:
    with pytest.raises(TagNotAllowedError, match=f"at most {MOST} tags"):
        clean_tags(str(number) for number in range(MOST + 1))


@pytest.mark.parametrize("tag", ["a,b", "a;b", "a|b", "a\x07b"])
def test_a_tag_with_a_separator_inside_is_refused(tag) -> None:
    with pytest.raises(TagNotAllowedError, match="cannot be a tag"):
        clean_tags([tag])
