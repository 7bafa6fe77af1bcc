"""One line of the journal, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.public_ids import encode_id, new_id
from tests.tracking.click_builders import a_line
from tracking.journal_lines import (
    LossRecord,
    MalformedLineError,
    TapRecord,
    format_loss,
    format_tap,
    parse_line,
)


def line_with(user_agent: str = "agent", path: str = "/k7Qm2Xa", country: str = "") -> bytes:
    return format_tap(
        "1781524800000000", encode_id(new_id()), "r", "GET", new_id().hex, "go.example.com", path,
        "a=1", "0" * 32, user_agent, "", "", country,
    )  # fmt: skip


def read(line: bytes) -> TapRecord:
    record = parse_line(line.removesuffix(b"\n"))
    assert isinstance(record, TapRecord)
    return record


def test_an_ordinary_line_is_readable_as_it_is() -> None:
    assert line_with().startswith(b"1\t1781524800000000\t")
    assert line_with().endswith(b"\tagent\t\t\t\n")


def test_a_line_says_what_was_written() -> None:
    record = read(line_with())

    assert (record.occurred_at_us, record.answer) == (1_781_524_800_000_000, "redirected")
    assert (record.path, record.query) == ("/k7Qm2Xa", "a=1")


def test_a_country_is_told_by_its_two_letters() -> None:
    assert read(line_with(country="DE")).country == "DE"
    assert read(line_with()).country == ""


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\x00"), max_size=80))
def test_any_bytes_come_back_as_they_went(text: str) -> None:
    expected = text.encode("latin-1").decode("utf-8", "replace")

    assert read(line_with(user_agent=text)).user_agent == expected


def test_a_nul_which_postgresql_cannot_store_is_replaced() -> None:
    assert read(line_with(path="/a\x00b")).path == "/a\ufffdb"


def test_a_line_never_grows_beyond_what_one_write_takes() -> None:
    line = line_with(user_agent="\t" * 50_000, path="x" * 50_000)

    assert len(line) < 16_000
    assert len(read(line).path) == 2000


def test_a_loss_is_told_with_its_number() -> None:
    record = parse_line(format_loss(17).removesuffix(b"\n"))

    assert isinstance(record, LossRecord)
    assert record.lost_count == 17


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\x00" * 80,
        b"2" + a_line().removesuffix(b"\n")[1:],
        a_line().removesuffix(b"\n") + b"\tmore",
        a_line()[:40],
        a_line().replace(b"\tu\t", b"\tz\t").removesuffix(b"\n"),
        b"L\tnow\t3",
        b"1\t-5" + a_line().removesuffix(b"\n")[18:],
        b"\xff\xfe\t\t\t",
        line_with(country="de").removesuffix(b"\n"),
    ],
    ids=[
        "nothing", "zeros", "another-version", "a-field-more", "cut-off", "unknown-answer",
        "loss-without-number", "before-1970", "no-text",
        "no-country",
    ],
)  # fmt: skip
def test_what_no_redirector_writes_is_refused(line: bytes) -> None:
    with pytest.raises(MalformedLineError):
        parse_line(line)
