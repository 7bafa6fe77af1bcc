"""A broken link in words: what, where, and what to do."""

from links.alert_words import advice_for, shown_problems


def problem(code: str, severity: str = "error") -> dict[str, str]:
    return {"code": code, "severity": severity, "message": "It is so."}


def test_a_page_that_is_gone_can_be_replaced_behind_the_same_link() -> None:
    (advice,) = advice_for([problem("final-status")])
    assert "the same link then leads there" in advice


def test_the_same_advice_is_given_once() -> None:
    assert len(advice_for([problem("utm-dropped"), problem("utm-missing")])) == 1


def test_warnings_ask_for_nothing() -> None:
    assert advice_for([problem("extra-redirects", "warning")]) == []


def test_what_is_unknown_is_looked_at_on_a_phone() -> None:
    (advice,) = advice_for([problem("something-new")])
    assert advice.startswith("Open the short link on a phone")


def test_one_problem_on_two_devices_is_said_once() -> None:
    iphone, android = (problem("tls") | {"device": device} for device in ("iphone", "android"))
    (shown,) = shown_problems([iphone, android])
    assert (shown["message"], shown["devices"]) == ("It is so.", "iPhone, Android")


def test_a_device_of_former_times_keeps_its_name() -> None:
    (shown,) = shown_problems([problem("tls") | {"device": "watch"}])
    assert shown["devices"] == "watch"
