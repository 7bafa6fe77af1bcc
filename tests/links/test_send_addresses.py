"""The short links of a send's messages, told to its form."""

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns import short_links
from links.codes import CODE_LENGTH
from links.send_addresses import address_to_come, addresses_of
from tests.links.builders import make_domain, make_link, make_message, make_send

pytestmark = pytest.mark.django_db


def test_messages_have_their_short_links(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    send = make_send()
    one, other = make_message(send, "version-a"), make_message(send, "version-b")
    make_link(code="abcdefg", message=one)
    make_link(code="hkmnpqr", message=other)

    with django_assert_num_queries(1):
        found = addresses_of([one, other])

    assert found == {
        one.pk: "https://go.example.com/abcdefg",
        other.pk: "https://go.example.com/hkmnpqr",
    }


def test_a_message_without_a_link_has_none() -> None:
    assert addresses_of([make_message(make_send())]) == {}


def test_a_link_to_come_is_on_the_default_domain_and_as_long_as_one() -> None:
    make_domain("a.example")
    make_domain("b.example", is_default=True, scheme="http")

    address = address_to_come()

    assert address.startswith("http://b.example/")
    assert len(address.rpartition("/")[2]) == CODE_LENGTH


def test_without_a_domain_nothing_is_promised() -> None:
    assert address_to_come() == ""


def test_a_sends_form_asks_for_them() -> None:
    make_domain("go.example.com", is_default=True)

    assert short_links.link_to_come() == address_to_come()
