"""QR codes of short links."""

import struct
from xml.etree import ElementTree

import pytest

from links.qr import QrLook, QrLookError, qr_data_uri, qr_png, qr_svg, read_look

URL = "https://go.example.com/k7Qm2Xa"


def png_side(content: bytes) -> int:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert width == height
    return width


def test_the_code_is_a_well_formed_svg() -> None:
    assert ElementTree.fromstring(qr_svg(URL)).tag == "{http://www.w3.org/2000/svg}svg"


def test_an_svg_has_the_size_asked_for() -> None:
    root = ElementTree.fromstring(qr_svg(URL, QrLook(size=1024)))
    assert float(root.attrib["width"]) == pytest.approx(1024)


@pytest.mark.parametrize("size", [64, 256, 1000])
def test_a_png_is_at_least_as_large_as_asked_for_and_little_more(size) -> None:
    assert size <= png_side(qr_png(URL, QrLook(size=size))) < size + 50


def test_the_quiet_zone_makes_the_modules_smaller_not_the_picture_larger() -> None:
    wide, none = (qr_svg(URL, QrLook(quiet_zone=zone)) for zone in (4, 0))
    assert wide != none
    assert {float(ElementTree.fromstring(svg).attrib["width"]) for svg in (wide, none)} == {256}


def test_the_dark_modules_have_the_colour() -> None:
    assert b"#0f766e" in qr_svg(URL, QrLook(color="#0f766e"))


def test_two_addresses_have_two_codes() -> None:
    assert qr_svg("https://go.example.com/a") != qr_svg("https://go.example.com/b")


def test_an_address_with_letters_beyond_ascii_has_a_code() -> None:
    assert qr_data_uri("https://go.example.com/café").startswith("data:image/svg+xml")


def test_what_is_not_asked_for_is_as_usual() -> None:
    assert read_look({}) == QrLook()
    assert read_look({"size": "", "color": ""}) == QrLook()
    assert read_look({"size": "512", "quiet_zone": "0", "color": "0F766E"}) == QrLook(
        512, 0, "#0f766e"
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("size", "large", "whole number from 64"),
        ("size", "63", "whole number from 64"),
        ("size", "99999999999", "whole number from 64"),
        ("quiet_zone", "-1", "whole number from 0"),
        ("quiet_zone", "17", "whole number from 0 to 16"),
        ("color", "teal", "six hexadecimal digits"),
        ("color", "#ffff00", "too light"),
    ],
)
def test_a_code_that_could_not_be_drawn_or_read_is_refused(field, value, words) -> None:
    with pytest.raises(QrLookError, match=words) as refusal:
        read_look({field: value})
    assert refusal.value.field == field
