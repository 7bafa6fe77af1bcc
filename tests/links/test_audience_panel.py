"""What the send's page shows of its audience."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from links.admin import audience_pages
from links.audience_uploads import run_upload
from links.models import AudienceUpload, HeldOutRecipient, RecipientLink
from tests.links.audience_stories import a_file, a_send, an_upload, numbers
from tests.links.builders import NOW, make_send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def rings(monkeypatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(audience_pages, "ring_on_commit", heard.append)
    return heard


@pytest.fixture
def send():
    return a_send()


@pytest.fixture
def manager(django_user_model) -> Client:
    """Sign in a campaign manager."""
    user = django_user_model.objects.create_user("maria", is_staff=True)
    user.groups.add(Group.objects.get(name="Campaign managers"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def onlooker(django_user_model) -> Client:
    """Sign in somebody who may look at sends and recipients, but at no personal data."""
    user = django_user_model.objects.create_user("olga", is_staff=True)
    names = ["view_send", "view_recipientlink", "view_audienceupload", "view_heldoutrecipient"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, send) -> str:
    return client.get(reverse("admin:campaigns_send_change", args=[send.pk])).content.decode()


def state(client: Client, send) -> str:
    return client.get(reverse("admin:links_audience_state", args=[send.pk])).content.decode()


def upload(client: Client, send, content: bytes = b"phone\n+14155550100\n") -> str:
    files = {"file": SimpleUploadedFile("people.csv", content)}
    address = reverse("admin:links_audience_upload", args=[send.pk])
    return client.post(address, files, follow=True).content.decode()


def test_an_empty_audience_says_what_to_do(manager, send) -> None:
    shown = page(manager, send)
    assert "Nobody is uploaded yet" in shown
    assert 'type="file"' in shown
    assert "Download links" not in shown


def test_a_send_without_links_says_why_nobody_can_be_added(manager) -> None:
    shown = page(manager, make_send())
    assert "save it with a message first" in shown
    assert 'type="file"' not in shown


def test_an_upload_waits_for_a_worker_and_tells_it(manager, send, rings) -> None:
    shown = upload(manager, send)
    assert "people.csv" in shown
    assert "Waiting for a worker" in shown
    assert 'data-running="yes"' in shown
    assert rings == ["links.tasks.add_audiences"]
    assert AudienceUpload.objects.get().created_by.username == "maria"


def test_the_state_moves_from_reading_to_adding_to_done(manager, send, monkeypatch) -> None:
    kept = an_upload(send, a_file(*numbers(4)))
    AudienceUpload.objects.update(status="running", total_rows=20_000)
    assert "Reading: 20,000 rows so far" in state(manager, send)
    AudienceUpload.objects.update(is_read=True, row_count=5_000)
    assert "5,000 of 20,000 rows · 25 %" in state(manager, send)
    AudienceUpload.objects.update(status="waiting", is_read=False, row_count=0)
    run_upload(upload=kept, now=NOW)
    shown = state(manager, send)
    assert 'data-running="no"' in shown
    assert "4 new" in shown
    assert "Download links" in shown
    assert "Download every row’s result" in shown


def test_what_stopped_says_why(manager, send) -> None:
    an_upload(send, a_file(*numbers(4)))
    AudienceUpload.objects.update(status="failed", problem="The file broke off.")
    assert "The file broke off." in state(manager, send)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"name\nAnn\n", "Nothing was added. No column is known"), (b"", "The file is empty.")],
)
def test_a_file_that_is_no_audience_is_refused_in_words(
    manager, send, rings, content: bytes, words: str
) -> None:
    assert words in upload(manager, send, content)
    assert rings == []


def test_no_file_at_all_is_told(manager, send) -> None:
    address = reverse("admin:links_audience_upload", args=[send.pk])
    assert "Choose a file first" in manager.post(address, follow=True).content.decode()


def test_the_same_file_twice_is_told(manager, send, rings) -> None:
    upload(manager, send)
    assert "is being added already" in upload(manager, send)
    assert AudienceUpload.objects.count() == 1


def test_the_links_come_as_a_file(manager, send) -> None:
    run_upload(upload=an_upload(send, a_file(*numbers(3))), now=NOW)
    answer = manager.get(reverse("admin:links_audience_links", args=[send.pk]))
    text = b"".join(answer.streaming_content).decode()
    assert all(number in text for number in numbers(3))
    assert RecipientLink.objects.all()[0].suffix in text


def test_people_held_out_are_counted_and_come_as_a_file(manager, send) -> None:
    HeldOutRecipient.objects.create(send=send, phone="+14155550123", phone_hash="a", created_at=NOW)
    assert "Download held out" in state(manager, send)
    answer = manager.get(reverse("admin:links_audience_held_out", args=[send.pk]))
    assert "+14155550123" in b"".join(answer.streaming_content).decode()


def test_people_held_out_are_listed_masked_for_whoever_may_not_see_numbers(
    manager, onlooker, send
) -> None:
    HeldOutRecipient.objects.create(
        send=send, phone="+14155550123", phone_hash="a", email="ann@example.com", created_at=NOW
    )
    address = reverse("admin:links_heldoutrecipient_changelist") + f"?send={send.pk}"
    assert "+14155550123" in manager.get(address).content.decode()
    shown = onlooker.get(address).content.decode()
    assert "+•••••••••23" in shown
    assert "a•••@example.com" in shown
    assert "4155550123" not in shown


def test_the_results_come_as_a_file(manager, send) -> None:
    done = run_upload(upload=an_upload(send, a_file("nonsense")), now=NOW)
    answer = manager.get(reverse("admin:links_audience_results", args=[done.pk]))
    assert "2,invalid," in b"".join(answer.streaming_content).decode()


def test_results_that_are_not_there_are_not_found(manager, send) -> None:
    kept = an_upload(send, a_file(*numbers(1)))
    assert manager.get(reverse("admin:links_audience_results", args=[kept.pk])).status_code == 404


def test_whoever_may_not_see_numbers_sees_them_nowhere(onlooker, send) -> None:
    done = run_upload(upload=an_upload(send, a_file(*numbers(1))), now=NOW)
    shown = page(onlooker, send)
    assert "Numbers are masked" in shown
    assert "ask somebody who may see personal data" in shown
    assert 'type="file"' not in shown
    results = reverse("admin:links_audience_results", args=[done.pk])
    assert onlooker.get(results).status_code == 403
    links = onlooker.get(reverse("admin:links_audience_links", args=[send.pk]))
    assert numbers(1)[0] not in b"".join(links.streaming_content).decode()


@pytest.mark.parametrize("name", ["upload", "state", "links", "held_out"])
def test_nothing_is_for_whoever_may_see_no_recipients(django_user_model, send, name: str) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user("eve", is_staff=True))
    address = reverse(f"admin:links_audience_{name}", args=[send.pk])
    assert client.post(address).status_code == 403


def test_looking_at_the_upload_address_uploads_nothing(manager, send) -> None:
    address = reverse("admin:links_audience_upload", args=[send.pk])
    assert manager.get(address).status_code == 405
