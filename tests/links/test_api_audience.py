"""A send's audience over the API: upload, follow, take home."""

import csv
import uuid

import pytest
from rest_framework.test import APIClient

from campaigns.models import Suppression
from campaigns.phone_numbers import hash_phone
from campaigns.spreadsheets import write_workbook
from links import api_audience, api_formats, services, tasks
from links.models import AudienceUpload, HeldOutRecipient, RecipientLink
from tests.links.audience_stories import a_file, a_send, numbers
from tests.links.builders import NOW, make_message, people
from tests.links.test_api import client_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client() -> APIClient:
    return client_with("read", "write")


@pytest.fixture
def open_client(django_user_model) -> APIClient:
    """Return a client that may see personal data."""
    return client_with("read", "write", by=django_user_model.objects.create_superuser("alice"))


@pytest.fixture
def rings(monkeypatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(api_audience, "ring_on_commit", heard.append)
    return heard


@pytest.fixture
def send():
    return a_send()


def test_recipients_come_as_json_with_a_result_for_each_row(client, send, settings) -> None:
    Suppression.objects.create(
        phone_hash=hash_phone("+14155550103", settings.HASH_KEY), suppressed_at=NOW
    )
    phones = ["+14155550100", "4155550100", "nonsense", "+14155550103"]
    answer = client.post(
        f"/api/v1/sends/{send.pk}/recipients",
        {"recipients": [{"phone": phone} for phone in phones]},
        format="json",
    )
    assert answer.status_code == 200
    counts = [answer.data[name] for name in ("new", "duplicate", "invalid", "opted_out")]
    assert counts == [1, 1, 1, 1]
    statuses = [row["status"] for row in answer.data["results"]]
    assert statuses == ["new", "duplicate", "invalid", "opted-out"]


@pytest.mark.parametrize("headers", [{}, {"HTTP_IDEMPOTENCY_KEY": "once"}])
def test_recipients_come_as_csv(client, send, headers) -> None:
    answer = client.post(
        f"/api/v1/sends/{send.pk}/recipients",
        "phone,name\n+14155550100,Ann\n\n+14155550101,Zoë\n".encode(),
        content_type="text/csv",
        **headers,
    )
    assert answer.status_code == 200, answer.data
    assert answer.data["new"] == 2
    assert set(RecipientLink.objects.values_list("name", flat=True)) == {"Ann", "Zoë"}


@pytest.mark.parametrize("body", ["{}", '"x"', '["x"]', '{"recipients": {}}'])
def test_json_of_another_shape_is_refused(client, send, body) -> None:
    answer = client.post(
        f"/api/v1/sends/{send.pk}/recipients", body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert "recipients" in answer.data["error"]["fields"]


def test_a_csv_without_phones_is_refused(client, send) -> None:
    answer = client.post(
        f"/api/v1/sends/{send.pk}/recipients", b"name\nAnn\n", content_type="text/csv"
    )
    assert answer.status_code == 400
    assert not RecipientLink.objects.exists()


def test_a_finished_send_takes_no_recipients(client, send) -> None:
    send.status = "done"
    send.save()
    answer = client.post(
        f"/api/v1/sends/{send.pk}/recipients",
        {"recipients": [{"phone": "+14155550100"}]},
        format="json",
    )
    assert answer.status_code == 409
    assert answer.data["error"]["code"] == "audience-not-accepted"


def exported(client: APIClient, send) -> list[str]:
    answer = client.get(f"/api/v1/sends/{send.pk}/recipients.csv")
    assert answer.status_code == 200
    assert answer.streaming
    return b"".join(answer.streaming_content).decode().splitlines()


def add_ann(send) -> RecipientLink:
    services.upload_recipients(
        send=send,
        rows=people("+14155550123", email="ann@example.com", name="=cmd()"),
        now=NOW,
    )
    return RecipientLink.objects.get()


def test_the_export_has_a_short_link_each(client, send, django_user_model) -> None:
    recipient = add_ann(send)
    alice = django_user_model.objects.create_superuser("alice")
    heading, row = exported(client_with("read", by=alice), send)
    assert heading == "phone,email,external_id,name,version,short_url,message"
    assert row == (
        f"+14155550123,ann@example.com,,'=cmd(),,{recipient.short_url}"
        f",See the demo: {recipient.short_url}"
    )


def test_the_export_has_the_text_of_the_version_each_person_got(client, send) -> None:
    send.messages.update(utm_content="version-a", body="Old: {link}", share=50)
    make_message(send, "version-b", body="New: {link}", share=50)
    services.sync_send_links(send, NOW)
    rows = people(*(f"+1415555{place:04d}" for place in range(20)))
    services.upload_recipients(send=send, rows=rows, now=NOW)
    texts = {
        line["version"]: line["message"].partition(":")[0]
        for line in csv.DictReader(exported(client, send))
        if line["message"].endswith(line["short_url"])
    }
    assert texts == {"version-a": "Old", "version-b": "New"}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("=1+1 {link}", "'=1+1 "),
        ("@SUM(1) {link}", "'@SUM(1) "),
        ("-2+3+cmd|' /C calc'!A0 {link}", "'-2+3+cmd|' /C calc'!A0 "),
        ("-20% today: {link}", "-20% today: "),
        ("+ 5 % more: {link}", "+ 5 % more: "),
    ],
    ids=["equals", "at", "command", "less", "more"],
)
def test_a_text_is_no_formula_and_an_offer_stays_as_it_was_written(
    client, send, body: str, text: str
) -> None:
    send.messages.update(body=body)
    recipient = add_ann(send)
    (line,) = csv.DictReader(exported(client, send))
    assert line["message"] == f"{text}{recipient.short_url}"


def test_the_export_is_masked_for_whoever_may_not_see_personal_data(client, send) -> None:
    add_ann(send)
    _, row = exported(client, send)
    assert "4155550123" not in row
    assert row.startswith("+•••••••••23,a•••@example.com,")


def test_the_export_of_an_unknown_send_is_not_found(client) -> None:
    assert client.get(f"/api/v1/sends/{uuid.uuid4()}/recipients.csv").status_code == 404


def post(client: APIClient, send, content: bytes, kind: str = "text/csv", **headers: str):
    return client.post(f"/api/v1/sends/{send.pk}/recipients", content, content_type=kind, **headers)


def test_recipients_come_as_a_workbook(client, send) -> None:
    book = write_workbook([["phone"], ["+14155550100"]])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert post(client, send, book, kind).data["new"] == 1


def test_recipients_come_as_lines_of_json(client, send) -> None:
    lines = b'{"phone": "+14155550100"}\n{"phone": "+14155550101"}'
    assert post(client, send, lines, "application/x-ndjson").data["new"] == 2


def test_recipients_come_as_a_forms_file(client, send, tmp_path) -> None:
    path = tmp_path / "people.tsv"
    path.write_text("name\tphone\nLee, Ann\t+14155550100\n")
    with path.open("rb") as file:
        answer = client.post(f"/api/v1/sends/{send.pk}/recipients", {"file": file})
    assert answer.data["new"] == 1
    assert RecipientLink.objects.get().name == "Lee, Ann"


def test_a_form_without_a_file_is_told_so(client, send) -> None:
    answer = client.post(f"/api/v1/sends/{send.pk}/recipients", {"other": "x"})
    assert answer.status_code == 400
    assert "file" in answer.data["error"]["fields"]


def test_people_held_out_are_counted_apart(client, send) -> None:
    type(send).objects.update(holdout_percent=50)
    answer = post(client, send, a_file(*numbers(40)))
    assert answer.data["held_out"] == HeldOutRecipient.objects.count() > 0
    assert answer.data["new"] + answer.data["held_out"] == 40


def followed(client: APIClient, send, rings: list[str], **headers: str):
    answer = post(client, send, a_file(*numbers(5)), **headers)
    assert answer.status_code == 202, answer.data
    assert rings == ["links.tasks.add_audiences"]
    return answer


@pytest.mark.parametrize("is_large", [True, False])
def test_a_large_file_and_whoever_does_not_wait_are_told_where_to_follow(
    client, send, rings, monkeypatch, is_large
) -> None:
    if is_large:
        monkeypatch.setattr(api_audience, "AT_ONCE_BYTES", 10)
    answer = followed(client, send, rings, **({} if is_large else {"HTTP_PREFER": "respond-async"}))
    upload = AudienceUpload.objects.get()
    assert answer["Location"] == f"/api/v1/sends/{send.pk}/recipients/uploads/{upload.pk}"
    assert answer.data["status"] == "waiting"

    tasks.add_audiences()
    shown = client.get(answer["Location"]).data
    assert (shown["status"], shown["new"], shown["row_count"]) == ("done", 5, 5)
    assert shown["has_results"] is True
    (listed,) = client.get(f"/api/v1/sends/{send.pk}/recipients/uploads").data["results"]
    assert listed == shown


def test_the_same_file_sent_twice_is_followed_once(client, send, rings) -> None:
    first = followed(client, send, rings, HTTP_PREFER="respond-async")
    again = post(client, send, a_file(*numbers(5)), HTTP_PREFER="respond-async")
    assert again["Location"] == first["Location"]
    assert AudienceUpload.objects.count() == 1


def test_a_large_file_that_is_no_audience_is_refused_at_once(client, send, monkeypatch) -> None:
    monkeypatch.setattr(api_audience, "AT_ONCE_BYTES", 1)
    answer = post(client, send, b"name\nAnn\n")
    assert answer.status_code == 400
    assert "phone" in answer.data["error"]["fields"]["recipients"][0]["message"]


def test_a_body_that_never_ends_is_refused(client, send, monkeypatch) -> None:
    monkeypatch.setattr(api_formats, "LIMITS", api_formats.LIMITS._replace(file_bytes=100))
    answer = post(client, send, b"phone\n" * 100)
    assert answer.status_code == 400
    assert "Split the file" in answer.data["error"]["message"]


def test_a_large_file_for_a_finished_send_is_refused(client, send, monkeypatch) -> None:
    monkeypatch.setattr(api_audience, "AT_ONCE_BYTES", 1)
    type(send).objects.update(status="done")
    assert post(client, send, a_file(*numbers(2))).status_code == 409


def test_results_name_every_row_for_whoever_may_see_numbers(open_client, send, rings) -> None:
    address = followed(open_client, send, rings, HTTP_PREFER="respond-async")["Location"]
    assert open_client.get(f"{address}/results.csv").status_code == 404  # not over yet
    tasks.add_audiences()
    answer = open_client.get(f"{address}/results.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert [row["phone"] for row in csv.DictReader(lines)] == numbers(5)
    assert answer["Content-Disposition"] == 'attachment; filename="audience-results.csv"'


def test_results_are_not_for_whoever_may_not_see_numbers(client, send, rings) -> None:
    address = followed(client, send, rings, HTTP_PREFER="respond-async")["Location"]
    tasks.add_audiences()
    answer = client.get(f"{address}/results.csv")
    assert answer.status_code == 403
    assert "phone numbers" in answer.data["error"]["message"]


def test_an_upload_of_another_send_is_not_found(client, send, rings) -> None:
    address = followed(client, send, rings, HTTP_PREFER="respond-async")["Location"]
    other = a_send("demo-invite-q3")
    assert client.get(address.replace(str(send.pk), str(other.pk))).status_code == 404


def held_out_lines(client: APIClient, send) -> list[dict[str, str]]:
    answer = client.get(f"/api/v1/sends/{send.pk}/held-out.csv")
    return list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))


def test_people_held_out_are_exported_masked_or_not(client, open_client, send) -> None:
    HeldOutRecipient.objects.create(
        send=send, phone="+14155550123", phone_hash="a", email="ann@example.com", created_at=NOW
    )
    (shown,) = held_out_lines(open_client, send)
    assert (shown["phone"], shown["email"]) == ("+14155550123", "ann@example.com")
    (masked,) = held_out_lines(client, send)
    assert (masked["phone"], masked["email"]) == ("+•••••••••23", "a•••@example.com")


def test_the_split_can_be_audited_from_its_export(client, send) -> None:
    type(send).objects.update(holdout_percent=30)
    post(client, send, a_file(*numbers(60)))
    answer = client.get(f"/api/v1/sends/{send.pk}/split.csv")
    lines = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    assert len(lines) == 60
    assert {line["group"] for line in lines} == {"held-out", "recipient"}
    assert all((int(line["holdout_place"]) < 30) == (line["group"] == "held-out") for line in lines)
    assert numbers(1)[0] not in str(lines)
