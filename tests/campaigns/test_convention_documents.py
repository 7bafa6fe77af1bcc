"""A convention as Markdown and as rows of a spreadsheet."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from campaigns.convention_documents import as_markdown, as_rows, campaign_rule, since
from campaigns.convention_rules import Convention
from campaigns.name_format import NamePart
from tests.campaigns.convention_strategies import conventions
from tests.campaigns.test_conventions import SMS

STRICT = replace(
    SMS,
    version=2,
    separator="_",
    content_numbering="number",
    requires_term=True,
    term_words=("all", "new"),
    parts=(NamePart("goal", kind="vocabulary", words=("trial", "demo"), example="trial"),),
)


def test_each_parameter_has_its_row() -> None:
    assert as_rows(STRICT) == [
        ["parameter", "required", "allowed", "example"],
        ["utm_source", "yes", "sms", "sms"],
        ["utm_medium", "yes", "text", "text"],
        ["utm_campaign", "yes", campaign_rule(STRICT), "trial"],
        ["utm_content", "for A/B versions", "version-1, version-2, …", "version-1"],
        ["utm_term", "yes", "one of all, new", "all"],
    ]


@pytest.mark.parametrize(
    ("separator", "joined"), [("-", "by hyphens"), ("_", "by underscores"), (".", "by dots")]
)
def test_the_rule_of_names_tells_what_joins_them(separator: str, joined: str) -> None:
    assert joined in campaign_rule(replace(SMS, separator=separator))


def test_a_column_tells_what_changed() -> None:
    rows = as_rows(STRICT, since(replace(STRICT, version=1, sources=("text",)), STRICT))

    assert [row[-1] for row in rows] == [
        "changed since version 1",
        "“sms”: new as an approved utm_source. “text”: no longer an approved utm_source.",
        "",
        "",
        "",
        "",
    ]


def test_the_first_version_has_no_such_column() -> None:
    assert since(None, SMS) is None
    assert "Changed since" not in as_markdown(SMS, None)


def test_markdown_tells_parts_examples_and_mistakes() -> None:
    page = as_markdown(STRICT, since(SMS, STRICT))

    assert page.startswith("# Naming convention for SMS, version 2\n")
    assert "- `{goal}`: one of trial, demo, such as `trial`" in page
    assert "- `utm_campaign=trial`" in page
    assert "| Capital letters | `Trial` | `trial` |" in page
    assert "- **gone**: The part {topic} is gone." in page
    assert "`black-friday`" in page


def test_rules_that_stayed_the_same_are_told_so() -> None:
    assert "Nothing: the rules are the same." in as_markdown(STRICT, since(STRICT, STRICT))


@settings(max_examples=60)
@given(conventions)
def test_every_row_of_a_table_has_its_cells(convention: Convention) -> None:
    lines = [line for line in as_markdown(convention).splitlines() if line.startswith("|")]

    assert {line.replace("\\|", "").count("|") for line in lines} == {5}
    assert all(row[3] for row in as_rows(convention))
