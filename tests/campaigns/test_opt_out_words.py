"""Whether a text says how to opt out."""

import pytest

from campaigns.opt_out_words import EXAMPLE, WORDS, says_how_to_opt_out


@pytest.mark.parametrize("word", [word for words in WORDS.values() for word in words])
def test_every_word_counts_in_either_case_and_over_a_line_break(word: str) -> None:
    assert says_how_to_opt_out(f"Hello! {word.upper()}.")
    assert says_how_to_opt_out("Hello!\n" + word.replace(" ", "\u00a0\n"))


@pytest.mark.parametrize(
    "text",
    [
        "Reply STOP to opt out",
        "STOP an 12345, um Nachrichten abzubestellen",
        "Zum Abmelden STOPP senden",
        "STOP au 36111 pour vous désabonner",
        "Para darte de baja responde BAJA",
    ],
)
def test_what_people_write_in_four_languages_passes(text: str) -> None:
    assert says_how_to_opt_out(text)


@pytest.mark.parametrize("text", ["", "Non-stopping fun", "Nonstop to Rome", "Precios de bajada"])
def test_a_word_inside_another_does_not_count(text: str) -> None:
    assert not says_how_to_opt_out(text)


def test_the_example_passes() -> None:
    assert says_how_to_opt_out(EXAMPLE)
