"""What is said of a text before it goes out: its link, its opt-out, its length."""

import pytest

from campaigns.models import Message, SendingPolicy
from campaigns.text_checks import text_results

PAGE = "/admin/campaigns/send/1/change/"


def found(*bodies: str, most_segments: int = 3) -> dict[str, str]:
    """Return each result's level by its code."""
    messages = [Message(body=body) for body in bodies]
    results = text_results(messages, SendingPolicy(most_segments=most_segments), PAGE)
    return {result.code: result.level.value for result in results}


def test_a_good_text_is_all_well() -> None:
    assert found("See {link} Reply STOP") == {"link-mark": "ok", "segments": "ok"}


@pytest.mark.parametrize(
    ("body", "code", "level"),
    [
        ("Reply STOP", "link-mark-missing", "error"),
        ("{link} {link} STOP", "link-mark-repeated", "warning"),
        ("See {link}", "opt-out-missing", "warning"),
        ("It’s {link} STOP", "segments-unicode", "ok"),
        ("It’s " + "long " * 15 + "{link} STOP", "segments-unicode", "warning"),
    ],
)
def test_what_is_wrong_with_a_text_is_said(body: str, code: str, level: str) -> None:
    assert found(body)[code] == level


def test_more_segments_than_the_policy_asks_for_are_warned_about() -> None:
    body = "{link} STOP " + "x" * 160

    assert found(body, most_segments=1)["segments-many"] == "warning"
    assert "segments-many" not in found(body, most_segments=2)


def test_no_text_at_all_is_an_error() -> None:
    assert found() == {"message-missing": "error"}


def test_each_text_is_named_and_mended_in_its_own_field() -> None:
    messages = [Message(body="{link} STOP"), Message(body="STOP", utm_content="version-b")]

    results = list(text_results(messages, SendingPolicy(), PAGE))

    (missing,) = [result for result in results if result.code == "link-mark-missing"]
    assert missing.message.startswith("Message version-b has no {link}.")
    assert missing.fix_url == f"{PAGE}#id_messages-1-body"
