"""QR codes of short links."""

from xml.etree import ElementTree

from links.qr import qr_data_uri, qr_svg


def test_the_code_is_a_well_formed_svg() -> None:
    root = ElementTree.fromstring(qr_svg("https://go.example.com/k7Qm2Xa"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_two_addresses_have_two_codes() -> None:
    assert qr_svg("https://go.example.com/a") != qr_svg("https://go.example.com/b")


def test_an_address_with_letters_beyond_ascii_has_a_code() -> None:
    assert qr_data_uri("https://go.example.com/café").startswith("data:image/svg+xml")
