"""`saved-views` over REST."""

from typing import Any

import pytest

from attribution.models import SavedView
from tests.attribution.kept_reports import a_reader, a_view
from tests.campaigns.builders import a_user, signed_in
from tests.tracking.builders import api_client

pytestmark = pytest.mark.django_db
PATH = "/api/v1/saved-views"
JUNE = {"name": "June", "report": "sends", "parameters": {"period": "last_month"}}


def client_of(user: Any) -> Any:
    return api_client("read", "write", user=user)


def test_a_view_is_made_read_changed_and_deleted() -> None:
    client = client_of(a_reader())
    made = client.post(PATH, JUNE, format="json")
    assert made.status_code == 201, made.content
    view = made.json()
    assert (view["owner"], view["parameters"]) == ("ada", {"period": "last_month"})
    assert view["page"] == f"/admin/reports/sends/?period=last_month&view={view['id']}"
    path = f"{PATH}/{view['id']}"
    changed = client.patch(path, {"is_shared": True, "name": "Month"}, format="json").json()
    assert (changed["is_shared"], changed["name"]) == (True, "Month")
    assert client.delete(path).status_code == 204
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"report": "horoscope"}, "report", "invalid-choice"),
        ({"parameters": {"from": "yesterday"}}, "from", "not-a-date"),
        ({"parameters": {"period": "next_week"}}, "period", "unknown-period"),
        ({"parameters": {"colour": "red"}}, "parameters", "unknown-parameter"),
        ({"name": " "}, "name", "blank"),
    ],
)
def test_what_cannot_be_kept_is_refused(body: Any, field: str, code: str) -> None:
    answer = client_of(a_reader()).post(PATH, {**JUNE, **body}, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"][field][0]["code"] == code


def test_a_taken_name_is_refused() -> None:
    client = client_of(a_reader())
    client.post(PATH, JUNE, format="json")
    answer = client.post(PATH, {**JUNE, "name": "june"}, format="json")
    assert answer.json()["error"]["fields"]["name"][0]["code"] == "taken"


def test_a_view_stays_with_its_report() -> None:
    ada = a_reader()
    view = a_view(ada)
    answer = client_of(ada).patch(f"{PATH}/{view.pk}", {"report": "channels"}, format="json")
    assert answer.json()["error"]["fields"]["report"][0]["code"] == "report-is-fixed"


def test_others_see_shared_views_only_and_change_none() -> None:
    ada = a_reader()
    private, shared = a_view(ada), a_view(ada, name="Shared", is_shared=True)
    client = client_of(a_reader("bob"))
    assert [one["id"] for one in client.get(PATH).json()["results"]] == [str(shared.pk)]
    assert client.get(f"{PATH}/{private.pk}").status_code == 404
    assert client.patch(f"{PATH}/{shared.pk}", {"name": "x"}, format="json").status_code == 403
    assert client.delete(f"{PATH}/{shared.pk}").status_code == 403


def test_a_key_of_nobody_saves_nothing() -> None:
    client = api_client("read", "write")
    answer = client.post(PATH, JUNE, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "key-without-person")
    assert client.get(PATH).json()["results"] == []


def test_a_key_that_only_reads_saves_nothing() -> None:
    assert api_client("read", user=a_reader()).post(PATH, JUNE, format="json").status_code == 403


def test_whoever_may_not_read_reports_sees_no_views() -> None:
    assert signed_in(a_user("carl")).get(PATH).status_code == 403
