"""Verdicts on links that exist, grouped by mistake."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import conventions, tagged_urls
from campaigns.link_extraction import FoundLink, links_in_text
from campaigns.link_lint import Report, lint
from campaigns.link_lint_shown import MOST_SHOWN, shown
from campaigns.link_lint_text import as_annotations, as_records, as_table
from campaigns.link_lint_words import harm_of, importance_of, remedy_of, title_of
from campaigns.tagged_urls import check_url
from tests.campaigns.convention_strategies import nasty
from tests.campaigns.test_conventions import SMS

GOOD = "https://example.com/a?utm_source=sms&utm_medium=text&utm_campaign=trial-june"


def report_on(text: str) -> Report:
    return lint(links_in_text(text).links, SMS, lambda utm: {"ga4": utm.get("utm_source", "")})


def groups(report: Report) -> dict[tuple[str, str], int]:
    return {(each.rule, each.field): len(each.cases) for each in report.mistakes}


def test_links_are_judged_once_and_counted_as_often_as_they_stand_there() -> None:
    report = report_on(f"{GOOD}\n{GOOD}\nhttps://example.com/b")

    assert [(link.url, link.count, link.ok) for link in report.links] == [
        (GOOD, 2, True),
        ("https://example.com/b", 1, False),
    ]
    assert (report.found_count, report.ok_count, report.wrong_count) == (3, 1, 1)


def test_mistakes_are_grouped_by_rule_and_field_the_most_important_first() -> None:
    report = report_on(
        GOOD.replace("trial-june", "Trial-June")
        + "\n"
        + GOOD.replace("=sms", "=SMS")
        + "\n"
        + GOOD.replace("=text", "=Text").replace("=sms", "=SMS")
        + "\nhtps://example.com/"
    )

    assert list(groups(report)) == [
        ("not-a-url", "url"),
        ("approved-values", "utm_source"),
        ("approved-values", "utm_medium"),
        ("lower-case", "utm_campaign"),
    ]
    assert groups(report)["approved-values", "utm_source"] == 2
    assert report.unsolved_count == 1


def test_a_link_without_any_utm_value_is_one_mistake_and_its_campaign_name_a_guess() -> None:
    link = report_on("https://example.com/pricing").links[0]

    assert [each.rule for each in link.mistakes] == ["untagged"]
    assert link.is_guess
    assert not report_on(GOOD.replace("=sms", "=SMS")).links[0].is_guess


def test_a_link_that_lacks_one_value_is_not_untagged() -> None:
    assert groups(report_on("https://example.com/?utm_source=sms&utm_medium=text")) == {
        ("required", "utm_campaign"): 1
    }


def test_misspelt_parameters_are_one_group_and_named() -> None:
    report = report_on(f"{GOOD}&utm_sorce=a\n{GOOD}&utm_medum=b\n{GOOD}&x=1&utm_sorce=c")

    assert groups(report) == {("unknown-parameter", ""): 3}
    assert report.mistakes[0].values == [("utm_sorce", 2), ("utm_medum", 1)]


def test_values_that_break_a_rule_are_counted_the_most_frequent_first() -> None:
    wrong = [GOOD.replace("=sms", f"={value}") for value in ("SMS", "txt", "SMS")]

    assert report_on(f"{wrong[0]}\n{wrong[1]}\n{wrong[2]}#x").mistakes[0].values == [
        ("SMS", 2),
        ("txt", 1),
    ]


def test_one_value_in_several_spellings_is_named() -> None:
    names = ("Demo-Invite", "demo_invite", "demo-invite", "demo-invite-q2", "DemoInvite")
    report = report_on("\n".join(f"{GOOD}&x={n}".replace("trial-june", n) for n in names))

    assert [(each.field, dict(each.variants)) for each in report.spellings] == [
        (
            "utm_campaign",
            {"Demo-Invite": 1, "demo_invite": 1, "demo-invite": 1, "DemoInvite": 1},
        )
    ]


def test_channels_are_those_of_the_link_as_it_is() -> None:
    assert report_on(GOOD.replace("=sms", "=SMS")).links[0].channels == {"ga4": "SMS"}


def test_every_rule_has_words_of_its_own() -> None:
    told = re.findall(r"`([a-z-]+)`", f"{conventions.__doc__}{tagged_urls.__doc__}")
    rules = {rule for rule in told if "-" in rule or rule in {"required", "separator"}}
    rules -= {"already-used"}

    assert len(rules) > 12
    for rule in rules | {"untagged"}:
        assert importance_of(rule) < importance_of("another-rule")
        assert title_of(rule, "url") != rule
        assert harm_of(rule).endswith(".")
        assert remedy_of(rule) != remedy_of("another-rule")


def test_a_rule_without_words_is_shown_by_its_code() -> None:
    assert title_of("another-rule", "utm_term") == "utm_term: another-rule"
    assert harm_of("another-rule") == ""


urls = st.one_of(
    st.text(max_size=60),
    st.builds("https://example.com/?utm_source={}&utm_campaign={}#{}".format, nasty, nasty, nasty),
)


@settings(max_examples=150)
@given(st.lists(urls, max_size=5))
def test_no_links_raise_and_every_corrected_one_passes(links: list[str]) -> None:
    found = [FoundLink(url, f"line {number}", number) for number, url in enumerate(links)]
    report = lint(found, SMS, lambda utm: None)

    assert {link.url for link in report.links} == set(links)
    for link in report.links:
        assert link.ok == (not link.mistakes)
        if link.verdict.suggested is not None:
            assert check_url(link.verdict.suggested, SMS).ok
    assert list(as_table(report)) is not None
    assert all(line.startswith("::error ") for line in as_annotations(report))
    assert len(shown(report, {}).mistakes) == len(report.mistakes)


def many(count: int) -> Report:
    return report_on("\n".join(f"https://example.com/{n}?utm_source=SMS" for n in range(count)))


def test_the_page_shows_the_first_links_of_a_mistake_and_counts_the_rest() -> None:
    page = shown(many(MOST_SHOWN + 7), {"anchors": 2})

    assert {len(each.links) for each in page.mistakes} == {MOST_SHOWN}
    assert {each.hidden_count for each in page.mistakes} == {7}
    assert [each.is_open for each in page.mistakes] == [True, True, True]
    assert page.left_out == [("anchors", 2)]


def test_the_page_says_where_a_link_stands_and_what_is_wrong_in_it() -> None:
    wrong = GOOD.replace("=sms", "=SMS")
    page = shown(report_on("\n".join([wrong] * 5 + [GOOD])), {})

    link = page.mistakes[0].links[0]
    assert link.places == "line 1; line 2; line 3 and 2 more"
    assert link.pieces[1] == ("utm_source=SMS", True)
    assert link.corrected[1] == ("utm_source=sms", True)
    assert link.suggested == GOOD
    assert link.channels == "GA4 “SMS”"
    assert (page.ok_share, page.duplicate_count) == (50, 4)
    assert page.fine[0].suggested == ""


@pytest.mark.parametrize(("fine", "wrong", "share"), [(0, 1, 0), (199, 1, 99), (1, 0, 100)])
def test_all_is_fine_only_where_all_is(fine: int, wrong: int, share: int) -> None:
    lines = [f"{GOOD}&n={n}" for n in range(fine)] + ["https://a.example"] * wrong

    assert shown(report_on("\n".join(lines)), {}).ok_share == share


def test_a_terminal_shows_the_first_links_of_each_mistake() -> None:
    lines = "\n".join(as_table(many(9)))

    assert "utm_source: Another word (9 links)" in lines
    assert "  - https://example.com/0?utm_source=SMS  [line 1]" in lines
    assert "… and 4 more" in lines
    assert "https://example.com/5?" not in lines


def test_records_have_the_shape_of_the_api() -> None:
    (record,) = as_records(report_on(f"{GOOD}\n{GOOD}"))

    assert record == {
        "input": GOOD,
        "places": ["line 1", "line 2"],
        "ok": True,
        "violations": [],
        "suggested": GOOD,
        "channels": {"ga4": "sms"},
    }


def test_annotations_name_file_and_line_with_everything_escaped() -> None:
    found = [FoundLink("https://a.example/?utm_source=5%\n", "line 3", 3, source="a,b:c.md")]
    lines = list(as_annotations(lint(found, SMS, lambda utm: None)))

    assert all("\n" not in line for line in lines)
    assert lines[0].startswith("::error file=a%2Cb%3Ac.md,line=3,title=No complete web address::")
    assert any("“5%25” is not an approved" in line for line in lines)


def test_an_annotation_without_a_file_names_none() -> None:
    assert next(as_annotations(report_on("https://a.example"))).startswith("::error title=No UTM")
