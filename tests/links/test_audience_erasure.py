"""Forgetting a person in audiences."""

import pytest

from links.audience_erasure import forget_recipients
from links.audience_uploads import run_upload
from links.models import AudienceUpload, HeldOutRecipient, RecipientLink
from tests.links.audience_stories import a_send, an_upload
from tests.links.builders import NOW

pytestmark = pytest.mark.django_db
FILE = b"""phone,email,name,external_id
+14155550100,ann@example.com,Ann Lee,crm-7
+14155550101,bob@example.com,Bob,crm-8
"""


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def uploaded(**values: object) -> None:
    run_upload(upload=an_upload(a_send(**values), FILE), now=NOW)


def forget(**known: list[str]) -> int:
    return forget_recipients(**{"recipient_ids": [], "phones": [], "emails": [], **known})


def left() -> str:
    rows = [*RecipientLink.objects.values_list(), *HeldOutRecipient.objects.values_list()]
    return str(rows)


@pytest.mark.parametrize("known", [{"phones": ["+14155550100"]}, {"emails": ["ann@example.com"]}])
def test_whoever_has_the_number_or_address_is_forgotten_in_every_send(known) -> None:
    uploaded()
    uploaded(utm_campaign="demo-invite-q3")
    assert forget(**known) == 2
    assert not any(word in left() for word in ("4155550100", "ann@example.com", "Ann Lee", "crm-7"))
    assert left().count("bob@example.com") == 2
    assert RecipientLink.objects.count() == 4


def test_whoever_has_the_link_is_forgotten_where_they_never_tapped_too() -> None:
    uploaded()
    uploaded(utm_campaign="demo-invite-q3")
    one = RecipientLink.objects.filter(email="ann@example.com")[0]
    assert forget(recipient_ids=[str(one.pk)]) == 2


def test_somebody_held_out_is_forgotten() -> None:
    uploaded()
    ann = RecipientLink.objects.get(name="Ann Lee")
    HeldOutRecipient.objects.create(
        send=ann.link.send,
        phone=ann.phone,
        phone_hash=ann.phone_hash,
        email=ann.email,
        name=ann.name,
        created_at=NOW,
    )
    ann.delete()
    assert forget(phones=["+14155550100"]) == 1
    assert "4155550100" not in left()
    assert HeldOutRecipient.objects.filter(phone="", name="").exists()


def test_the_results_that_name_them_are_deleted() -> None:
    uploaded()
    forget(phones=["+14155550100"])
    assert AudienceUpload.objects.get().results_file.name == ""


def test_a_row_without_an_address_is_nobodys() -> None:
    uploaded()
    RecipientLink.objects.update(email="")
    assert forget(emails=[""]) == 0
