"""Links out of pasted text and the cells of tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.link_extraction import column_name, links_in_cells, links_in_text, spans_of

TAGGED = "https://example.com/a?utm_source=sms&utm_medium=text&utm_campaign=trial-june"


def links(text: str) -> list[str]:
    return [link.url for link in links_in_text(text).links]


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        " {} ",
        "See {}.",
        "({})",
        "<{}>",
        "“{}”",
        "'{}'",
        "**{}**",
        "{}, then",
        "[x]({})",
        "{}…",
    ],
)
def test_a_link_is_found_without_the_sentence_around_it(around: str) -> None:
    assert links(around.format(TAGGED)) == [TAGGED]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example/x_(y)", ["https://a.example/x_(y)"]),
        ("(https://a.example/x_(y))", ["https://a.example/x_(y)"]),
        ("https://a.example/{{id}}?x={{y}}", ["https://a.example/{{id}}?x={{y}}"]),
        ("https://a.example,https://b.example", ["https://a.example", "https://b.example"]),
        ("https://r.example/?to=https://b.example", ["https://r.example/?to=https://b.example"]),
        ("HTTPS://A.EXAMPLE/", ["HTTPS://A.EXAMPLE/"]),
        ("www.a.example/b", ["www.a.example/b"]),
        ("a.example/b?utm_source=x", ["a.example/b?utm_source=x"]),
        ("htps://a.example/", ["htps://a.example/"]),
        ("mail me@a.example/x", []),
        ("me@a.example/x", []),
        ("a.example", []),
        ("and/or. 3.5/4", []),
        ("https://", []),
    ],
)
def test_what_is_a_link_and_what_is_none(text: str, expected: list[str]) -> None:
    assert links(text) == expected


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example/?utm_campaign=Trial June&utm_medium=text",
        "https://a.example/?utm_medium=text&utm_campaign=Trial June",
        "a.example/?utm_campaign=Trial June",
        "https://a.example/my page?utm_source=sms&utm_medium=text",
    ],
)
def test_a_link_broken_by_a_space_is_one_link(link: str) -> None:
    assert links(link) == [link]


@pytest.mark.parametrize(
    "text",
    [
        TAGGED + " is the link to use, please.",
        TAGGED + "\tSMS link",
        TAGGED + " and the next www.example.com",
    ],
)
def test_words_behind_a_link_do_not_belong_to_it(text: str) -> None:
    assert links(text)[0] == TAGGED


def test_each_link_knows_its_line_and_lines_without_one_are_counted() -> None:
    found = links_in_text(f"Hello\r\n\r\n{TAGGED} {TAGGED}\rwww.b.example\n")

    assert [(link.place, link.line, link.start) for link in found.links] == [
        ("line 3", 3, 0),
        ("line 3", 3, len(TAGGED) + 1),
        ("line 4", 4, 0),
    ]
    assert found.left_out == {"lines without a link": 1}


def test_links_in_cells_know_their_row_and_column() -> None:
    cells = ["Trial", f"see {TAGGED}", "", TAGGED]

    found = list(links_in_cells(cells, header=["Name", "Text"], row=3, number=7, line=9))

    assert [(link.place, link.line, link.start, link.cell) for link in found] == [
        ("row 7, column “Text”", 9, 4, (3, 1)),
        ("row 7, column “D”", 9, 0, (3, 3)),
    ]


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_a_column_without_a_heading_is_called_by_its_letter(column: int, name: str) -> None:
    assert column_name([], column) == name


@given(st.text(max_size=200))
def test_no_text_raises_and_each_link_stands_where_it_was_found(text: str) -> None:
    for start, url in spans_of(text):
        assert url
        assert text[start : start + len(url)] == url


@given(st.lists(st.sampled_from(["https://", "www.", "a.b/", "(", ")", ",", " ", "?utm_a=", "&"])))
def test_links_never_overlap(pieces: list[str]) -> None:
    spans = spans_of("".join(pieces))

    ends = [start + len(url) for start, url in spans]
    assert all(end <= start for end, (start, _) in zip(ends, spans[1:], strict=False))
