"""What hops mean, without a network."""

import pytest

from links.verdicts import Hop, Journey, Problem, Severity, dropped_values, judge_arrival

UTM = {"utm_source": "sms", "utm_campaign": "demo-invite-q2", "utm_term": ""}
END = "https://www.example.com/?utm_source=sms&utm_campaign=demo-invite-q2"


def hops(*urls: str, last: int | None = 200) -> list[Hop]:
    statuses = [302] * (len(urls) - 1) + [last]
    return [Hop(url, status, 1) for url, status in zip(urls, statuses, strict=True)]


def test_one_redirect_to_a_page_with_every_value_is_fine() -> None:
    assert judge_arrival(hops("https://go.example.com/x", END), UTM) == []


@pytest.mark.parametrize("host", ["bit.ly", "www.tinyurl.com", "brand.app.link"])
def test_a_shared_shortener_anywhere_on_the_way_is_named(host: str) -> None:
    problems = judge_arrival(hops("https://go.example.com/x", f"https://{host}/y", END), UTM)
    named = [problem for problem in problems if problem.code == "public-shortener"]
    assert host.removeprefix("www.") in named[0].message
    assert named[0].severity == Severity.WARNING


def test_a_branded_domain_that_only_ends_like_a_shortener_is_not_named() -> None:
    assert judge_arrival(hops("https://rabbit.ly/x", END), UTM) == []


def test_two_hops_that_each_drop_a_value_are_both_named() -> None:
    problems = judge_arrival(
        hops(
            "https://go.example.com/x",
            END,
            "https://b.example/?utm_campaign=demo-invite-q2",
            "https://c.example/",
        ),
        UTM,
    )
    messages = [problem.message for problem in problems if problem.code == "utm-dropped"]
    assert messages == [
        "Hop 2 (www.example.com/ to b.example/) drops utm_source.",
        "Hop 3 (b.example/ to c.example/) drops utm_campaign.",
    ]


def test_only_an_error_makes_a_journey_bad() -> None:
    warning = Problem("extra-redirects", "Two.", Severity.WARNING)
    assert Journey(problems=[warning]).is_ok
    assert not Journey(problems=[warning, Problem("loop", "Round.")]).is_ok


def test_a_journey_without_hops_has_no_end() -> None:
    assert (Journey().final_url, Journey().final_status) == ("", None)


def test_a_dropped_value_is_named() -> None:
    wanted = {"utm_source": "sms", "tr": "ID"}
    assert dropped_values("https://a.example/?utm_source=sms", wanted) == ["tr"]


def test_a_changed_and_a_doubled_value_are_named() -> None:
    wanted = {"utm_source": "sms", "utm_medium": "text", "utm_term": "cfo"}
    url = "https://a.example/?utm_source=sms&UTM_Source=sms&utm_medium=x&utm_term=cfo"
    assert dropped_values(url, wanted) == ["utm_source", "utm_medium"]


def test_a_value_that_stands_there_twice_is_told_as_such() -> None:
    way = hops("https://go.example.com/x", END, f"{END}&utm_source=sms")
    (problem, _) = judge_arrival(way, UTM)
    assert "repeats utm_source" in problem.message
