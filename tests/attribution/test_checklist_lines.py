"""How a line of evidence is judged from its counts."""

from attribution.checklist_lines import State, all_of, none_of, shown


def test_all_of_all_holds() -> None:
    line = all_of(1_200, 1_200, done="are fine", none="nothing")
    assert (line.text, line.state) == ("1,200 of 1,200 are fine", State.HOLDS)


def test_all_but_one_is_a_contradiction() -> None:
    assert all_of(2, 3, done="are fine", none="nothing").state == State.BROKEN


def test_all_of_none_is_still_to_do() -> None:
    line = all_of(0, 0, done="are fine", none="nothing yet")
    assert (line.text, line.state) == ("nothing yet", State.OPEN)


def test_none_of_something_is_a_contradiction() -> None:
    line = none_of(2, broken="are lost", clean="none is lost")
    assert (line.text, line.state) == ("2 are lost", State.BROKEN)


def test_none_of_nothing_holds() -> None:
    assert none_of(0, broken="are lost", clean="none is lost").state == State.HOLDS


def test_what_is_not_there_yet_is_to_do_and_no_contradiction() -> None:
    assert shown("0 taps", holds=False).state == State.OPEN
