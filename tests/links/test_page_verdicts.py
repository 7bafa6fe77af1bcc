"""What is held against a page and the way to it."""

from datetime import timedelta

from links.page_signs import PageSigns
from links.page_verdicts import ending_certificates, judge_page, judge_way
from links.verdicts import Hop, Severity
from tests.links.builders import NOW

WAY = [Hop("https://go.example.com/x", 302, 20, "status"), Hop("https://a.example/trial", 200, 80)]
MISSING = PageSigns(title="Page not found")


def codes(problems) -> list[str]:
    assert all(problem.message for problem in problems)
    return [problem.code for problem in problems]


def test_a_page_without_doubt_is_fine_even_where_every_address_shows_it() -> None:
    assert judge_page(PageSigns(title="Trial"), is_same_for_any_address=True) == []


def test_a_page_that_says_it_is_missing_is_an_error_where_every_address_says_so() -> None:
    (problem,) = judge_page(MISSING, is_same_for_any_address=True)
    assert (problem.code, problem.severity) == ("soft-404", Severity.ERROR)


def test_a_page_that_alone_says_so_is_a_warning() -> None:
    (problem,) = judge_page(MISSING, is_same_for_any_address=False)
    assert problem.severity == Severity.WARNING


def test_a_quick_way_to_a_light_page_is_fine() -> None:
    assert judge_way(WAY, 40_000) == []


def test_a_slow_way_names_the_slowest_host() -> None:
    slow = [WAY[0], Hop("https://a.example/trial", 200, 4200)]
    (problem,) = judge_way(slow, 0)
    assert "4.2 seconds until the page comes, 4.2 of them for a.example" in problem.message


def test_a_heavy_page_is_told_with_its_size() -> None:
    (problem,) = judge_way(WAY, 1_500_000)
    assert "1.5 MB" in problem.message


def test_a_page_that_leads_to_the_front_page_may_have_been_removed() -> None:
    home = [
        WAY[0],
        Hop("https://a.example/trial", 301, 9, "status"),
        Hop("https://a.example/", 200, 9),
    ]
    assert codes(judge_way(home, 0)) == ["ends-at-home"]


def test_a_destination_that_is_the_front_page_is_fine() -> None:
    home = [WAY[0], Hop("https://a.example/", 301, 9, "status"), Hop("https://a.example", 200, 9)]
    assert judge_way(home, 0) == []


def test_a_certificate_is_warned_of_two_weeks_before_it_ends() -> None:
    ends = {"a.example": NOW + timedelta(days=15), "b.example": NOW + timedelta(days=13)}
    (problem,) = ending_certificates(ends, NOW)
    assert "b.example ends on 23 June 2026" in problem.message
