"""Who is behind a recipient's link: strangers, people known before, and people to merge."""

import pytest

from campaigns.public_ids import new_id
from tests.tracking.builders import make_identity
from tests.tracking.click_builders import NOW
from tracking.models import Identity, IdentityEdge, Person
from tracking.pipeline import RecipientFacts
from tracking.recipients import name_recipients

pytestmark = pytest.mark.django_db

PHONE, OTHER_PHONE = "+14155550100", "+14155550101"


def a_recipient(phone: str = PHONE, email: str = "") -> RecipientFacts:
    return RecipientFacts(new_id(), phone, email)


def people_of(*recipients: RecipientFacts) -> list[Person]:
    """Name the recipients and return each one's person."""
    named = name_recipients(recipients, origins={}, now=NOW)
    return [Identity.objects.get(pk=named[one.id]).person for one in recipients]


def known_as(person: Person) -> set[str]:
    return set(person.identities.exclude(kind="recipient").values_list("value", flat=True))


def test_a_stranger_becomes_one_person_with_number_and_mailbox() -> None:
    (person,) = people_of(a_recipient(email="Ann@Acme.example"))

    assert known_as(person) == {PHONE, "ann@acme.example"}
    assert Person.objects.count() == 1
    assert IdentityEdge.objects.live().count() == 2


def test_strangers_stay_apart() -> None:
    first, second = people_of(a_recipient(PHONE), a_recipient(OTHER_PHONE))

    assert first != second


def test_somebody_known_by_number_is_the_same_person() -> None:
    known = make_identity("phone", PHONE)

    (person,) = people_of(a_recipient(email="ann@acme.example"))

    assert person == known.person
    assert known_as(person) == {PHONE, "ann@acme.example"}
    assert Person.objects.count() == 1


def test_the_recipient_of_two_sends_is_one_person() -> None:
    (first,) = people_of(a_recipient())
    (second,) = people_of(a_recipient())

    assert first == second
    assert first.identities.count() == 3


def test_two_recipients_of_one_number_in_one_batch_are_one_person() -> None:
    first, second = people_of(a_recipient(), a_recipient(email="ann@acme.example"))

    assert first == second


def test_two_people_known_apart_are_joined() -> None:
    phone, email = make_identity("phone", PHONE), make_identity("email", "ann@acme.example")

    (person,) = people_of(a_recipient(email="ann@acme.example"))

    phone.refresh_from_db()
    email.refresh_from_db()
    assert phone.person == email.person == person


def test_a_shared_mailbox_joins_nobody() -> None:
    (person,) = people_of(a_recipient("", email="info@acme.example"))

    assert known_as(person) == set()


def test_a_shared_device_frozen_before_joins_nobody() -> None:
    frozen = make_identity("phone", PHONE)
    Identity.objects.filter(pk=frozen.pk).update(is_frozen=True)

    (person,) = people_of(a_recipient())

    assert person != frozen.person


def test_a_number_that_is_none_is_left_out() -> None:
    (person,) = people_of(a_recipient("anonymous"))

    assert known_as(person) == set()


def test_a_recipient_is_named_alike_again() -> None:
    recipient = a_recipient()

    assert name_recipients([recipient], origins={}, now=NOW) == name_recipients(
        [recipient], origins={}, now=NOW
    )
