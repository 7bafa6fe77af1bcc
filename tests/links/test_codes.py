"""Codes: the alphabet, what is drawn, what may be chosen, how an address is read."""

import re

import pytest

from links import codes


def test_the_alphabet_has_54_characters_and_no_look_alikes() -> None:
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 54
    assert not set("0O1lIoij") & set(codes.ALPHABET)


def test_a_random_code_has_seven_characters_of_the_alphabet() -> None:
    assert re.fullmatch(f"[{codes.ALPHABET}]{{7}}", codes.random_code())


def test_every_character_of_the_alphabet_is_drawn() -> None:
    assert set("".join(codes.random_suffixes(2000))) == set(codes.ALPHABET)


def test_suffixes_come_in_the_number_asked_for() -> None:
    suffixes = codes.random_suffixes(500)
    assert len(suffixes) == 500
    assert {len(suffix) for suffix in suffixes} == {codes.SUFFIX_LENGTH}


def test_suffixes_hardly_ever_repeat() -> None:
    assert len(set(codes.random_suffixes(5000))) > 4990


@pytest.mark.parametrize("word", ["Campagn", "abcdefg", "fuckA23", "XsEx234", "p33Rk4t", "A55h2kk"])
def test_words_and_offences_are_not_presentable(word: str) -> None:
    assert not codes.is_presentable(word)


def test_an_ordinary_code_is_presentable() -> None:
    assert codes.is_presentable("k7Qm2Xa")


@pytest.mark.parametrize("word", sorted(codes.RESERVED_WORDS))
def test_a_reserved_word_cannot_be_a_code(word: str) -> None:
    with pytest.raises(codes.CodeNotAllowedError, match="reserved"):
        codes.check_custom_code(word)


def test_a_reserved_word_in_capitals_cannot_be_a_code_either() -> None:
    with pytest.raises(codes.CodeNotAllowedError, match="reserved"):
        codes.check_custom_code("Admin")


@pytest.mark.parametrize("text", ["", "a/b", "a b", "a&b", "a?b", "a#b", "a%20b", "-a", "a\n"])
def test_characters_that_need_escaping_are_refused(text: str) -> None:
    if text == "a\n":
        assert codes.check_custom_code(text) == "a"
        return
    with pytest.raises(codes.CodeNotAllowedError, match="cannot be a code"):
        codes.check_custom_code(text)


def test_a_code_that_is_too_long_is_refused() -> None:
    with pytest.raises(codes.CodeNotAllowedError, match="64"):
        codes.check_custom_code("a" * 65)


def test_a_custom_code_is_stored_composed() -> None:
    assert codes.check_custom_code("cafe\u0301") == "caf\u00e9"


@pytest.mark.parametrize(
    "text",
    ["/café", "café/", "caf%C3%A9", "cafe%CC%81/", "cafe\u0301", "café".encode().decode("latin-1")],
)
def test_every_way_to_write_a_slug_is_read_the_same(text: str) -> None:
    assert codes.normalize_code(text) == "café"


def test_junk_bytes_in_a_code_are_no_error() -> None:
    assert codes.normalize_code("%ff%fe\xff") != ""


def test_thirteen_characters_read_as_recipient_form_second() -> None:
    assert codes.split_code("k7Qm2Xaabc234") == [("k7Qm2Xaabc234", ""), ("k7Qm2Xa", "abc234")]


def test_a_short_code_has_one_reading() -> None:
    assert codes.split_code("spring") == [("spring", "")]


def test_a_tail_with_look_alikes_is_no_suffix() -> None:
    assert codes.split_code("spring-o1l0ij") == [("spring-o1l0ij", "")]
