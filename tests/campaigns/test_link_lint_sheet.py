"""The corrected file."""

from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.link_extraction import Found, links_in_cells, links_in_text
from campaigns.link_lint import lint
from campaigns.link_lint_sheet import corrected_rows
from tests.campaigns.test_conventions import SMS

GOOD = "https://example.com/a?utm_source=sms&utm_medium=text&utm_campaign=trial-june"
WRONG = GOOD.replace("=sms", "=SMS")


def rows_of(found: Found) -> list[list[str]]:
    return list(corrected_rows(found, lint(found.links, SMS, lambda utm: None)))


def a_table(header: list[str], *body: list[str]) -> Found:
    links = [
        link
        for number, row in enumerate(body)
        for link in links_in_cells(row, header=header, row=number, number=number + 2, line=0)
    ]
    return Found(links, rows=[header, *body])


def test_links_of_a_text_stand_below_each_other() -> None:
    rows = rows_of(links_in_text(f"{GOOD}\n{WRONG}\nhtps://x.example/\nhttps://example.com/p"))

    assert rows[0] == ["Place", "Link", "Verdict", "Mistakes", "Corrected link"]
    assert [(row[0], row[2], row[4]) for row in rows[1:4]] == [
        ("line 1", "OK", GOOD),
        ("line 2", "Corrected", GOOD),
        ("line 3", "Correct by hand", ""),
    ]
    assert rows[4][2] == "Corrected, with an example for the campaign name"
    assert "“SMS” is not an approved utm_source" in rows[2][3]


def test_a_table_keeps_its_columns_and_gets_the_corrected_ones() -> None:
    found = a_table(["Name", "URL"], ["Trial", WRONG], ["none", ""], ["Fine", GOOD, "extra"])

    assert rows_of(found) == [
        ["Name", "URL", "", "Verdict", "Mistakes", "Corrected URL"],
        ["Trial", WRONG, "", "Corrected", rows_of(found)[1][4], GOOD],
        ["none", "", "", "", "", ""],
        ["Fine", GOOD, "extra", "OK", "", GOOD],
    ]


def test_links_are_replaced_where_they_stand_in_a_cell() -> None:
    short, long = "https://example.com/a", WRONG
    found = a_table(["Text", "URL"], [f"See {short} or {long}.", WRONG])

    row = rows_of(found)[1]

    assert row[-2].startswith("See https://example.com/a?utm_source=sms&")
    assert row[-2].endswith(f" or {GOOD}.")
    assert row[-1] == GOOD


def test_a_link_that_cannot_be_corrected_stays_in_its_cell() -> None:
    row = rows_of(a_table(["URL"], ["htps://x.example/"]))[1]

    assert row[1] == "Correct by hand"
    assert row[-1] == "htps://x.example/"


cells = st.one_of(
    st.text(max_size=30),
    st.sampled_from([GOOD, WRONG, f"a {WRONG}, {GOOD}!", "www.a.example", "=1+1"]),
)


@settings(max_examples=100)
@given(st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=4))
def test_every_link_stands_in_the_corrected_file_and_all_rows_are_as_wide(
    body: list[list[str]],
) -> None:
    found = a_table(["A"], *body)
    rows = rows_of(found)

    assert len({len(row) for row in rows}) == 1
    assert [row[: len(old)] for row, old in zip(rows[1:], body, strict=True)] == body
    for link in found.links:
        assert link.cell is not None
        assert link.url in rows[link.cell[0] + 1][link.cell[1]]
