"""The REST resources of links, through HTTP, with keys."""

import csv
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.api_keys import issue_key
from campaigns.models import Suppression
from campaigns.phone_numbers import hash_phone
from links import services
from links.models import Domain, Link, LinkCheck, RecipientLink
from tests.links.builders import NOW, make_check, make_domain, make_link, make_message, make_send
from tests.links.web import PAGE, Web, serve

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/links"


def client_with(*scopes: str, by=None) -> APIClient:
    _, plain = issue_key(name="Test", scopes=scopes, by=by)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


@pytest.fixture
def client() -> APIClient:
    return client_with("read", "write")


def new_link(**values) -> dict:
    return {
        "destination_url": "https://www.example.com/trial",
        "utm_source": "sms",
        "utm_medium": "text",
        "utm_campaign": "demo-invite-q2",
        **values,
    }


def test_a_link_is_made_on_the_default_domain(client) -> None:
    make_domain(is_default=True)
    answer = client.post(ADDRESS, new_link(), format="json")
    assert answer.status_code == 201
    link = Link.objects.get()
    assert answer.data["short_url"] == f"https://go.example.com/{link.code}"
    assert answer.data["domain"] == "go.example.com"
    assert answer.data["utm_campaign"] == "demo-invite-q2"
    assert answer.data["send_name"] is None


def test_a_link_is_made_under_a_chosen_code_on_a_chosen_domain(client) -> None:
    make_domain(is_default=True)
    make_domain("other.example.com")
    answer = client.post(
        ADDRESS, new_link(domain="other.example.com", code="spring"), format="json"
    )
    assert answer.data["short_url"] == "https://other.example.com/spring"


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"code": "admin"}, "code", "code-not-allowed"),
        ({"code": "taken"}, "code", "code-taken"),
        ({"destination_url": "https://a:b@example.com/"}, "destination_url", None),
        ({"destination_url": "ftp://example.com/"}, "destination_url", None),
        ({"domain": "unknown.example.com"}, "domain", "does-not-exist"),
    ],
)
def test_a_refused_link_names_field_and_rule(client, values, field, code) -> None:
    make_link(make_domain(is_default=True), "taken")
    answer = client.post(ADDRESS, new_link(**values), format="json")
    assert answer.status_code == 400
    errors = answer.data["error"]["fields"][field]
    assert errors[0]["message"]
    if code:
        assert errors[0]["code"] == code
    assert Link.objects.count() == 1


def test_a_repeated_post_with_the_same_key_makes_one_link(client) -> None:
    make_domain(is_default=True)
    answers = [
        client.post(ADDRESS, new_link(), format="json", HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)
    ]
    assert answers[0].data["id"] == answers[1].data["id"]
    assert Link.objects.count() == 1


def test_links_are_listed_and_filtered(client) -> None:
    send = make_send()
    make_link(send=send)
    make_link(code="spring")
    assert len(client.get(ADDRESS).data["results"]) == 2
    (row,) = client.get(ADDRESS, {"send": str(send.pk)}).data["results"]
    assert row["send_name"] == "Demo invitation, June"


def test_a_list_costs_the_same_queries_for_two_links_and_for_twenty(
    client, django_assert_max_num_queries
) -> None:
    for place in range(20):
        make_link(code=f"code{place}", send=make_send(f"send-{place}"))
    with django_assert_max_num_queries(5):
        assert len(client.get(ADDRESS).data["results"]) == 20


def test_a_link_is_changed(client) -> None:
    link = make_link()
    answer = client.patch(f"{ADDRESS}/{link.pk}", {"title": "Spring"}, format="json")
    assert answer.status_code == 200
    link.refresh_from_db()
    assert link.title == "Spring"


def test_the_code_of_a_link_stays(client) -> None:
    link = make_link()
    answer = client.patch(f"{ADDRESS}/{link.pk}", {"code": "other"}, format="json")
    assert answer.status_code == 400
    assert answer.data["error"]["fields"]["code"][0]["code"] == "code-is-fixed"


def test_a_deleted_link_is_retired(client) -> None:
    link = make_link()
    assert client.delete(f"{ADDRESS}/{link.pk}").status_code == 204
    link.refresh_from_db()
    assert link.status == "retired"


def test_a_key_that_may_only_read_makes_nothing() -> None:
    make_domain(is_default=True)
    reader = client_with("read")
    assert reader.post(ADDRESS, new_link(), format="json").status_code == 403
    assert reader.get(ADDRESS).status_code == 200


def test_a_stranger_sees_nothing() -> None:
    assert APIClient().get(ADDRESS).status_code == 401


def test_an_unknown_link_is_not_found(client) -> None:
    answer = client.get(f"{ADDRESS}/{uuid.uuid4()}")
    assert answer.status_code == 404
    assert answer.data["error"]["code"] == "not-found"


# Checks and QR codes


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve() as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


def test_checking_now_answers_with_all_devices_and_their_hops(client, web) -> None:
    domain = Domain.objects.create(host=web.host, scheme="http")
    link = make_link(domain)
    query = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2"
    web.pages.update({f"/{link.code}": (302, f"/page?{query}"), "/page": PAGE})
    answer = client.post(f"{ADDRESS}/{link.pk}/checks")
    assert answer.status_code == 201
    assert {row["device"]: row["is_ok"] for row in answer.data["results"]} == {
        "iphone": True,
        "android": True,
        "desktop": True,
    }
    assert [hop["status"] for hop in answer.data["results"][0]["hops"]] == [302, 200]
    assert LinkCheck.objects.count() == 3


def test_checks_are_listed_newest_first(client) -> None:
    link = make_link()
    make_check(link, checked_at=NOW - timedelta(days=1))
    time.sleep(0.002)  # ids are ordered by milliseconds
    make_check(link, is_ok=False)
    rows = client.get(f"{ADDRESS}/{link.pk}/checks").data["results"]
    assert [row["is_ok"] for row in rows] == [False, True]
    assert rows[0]["problems"][0]["code"] == "final-status"


@pytest.mark.parametrize("accept", ["*/*", "image/svg+xml", "application/json"])
def test_the_qr_code_is_an_svg(client, accept) -> None:
    link = make_link()
    answer = client.get(f"{ADDRESS}/{link.pk}/qr.svg", HTTP_ACCEPT=accept)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg")


# A send's audience


@pytest.fixture
def send():
    make_domain(is_default=True)
    send = make_send()
    make_message(send)
    services.sync_send_links(send, timezone.now())
    return send


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
        rows=[{"phone": "+14155550123", "email": "ann@example.com", "name": "=cmd()"}],
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
    rows = [{"phone": f"+1415555{place:04d}"} for place in range(20)]
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
