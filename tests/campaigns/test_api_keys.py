"""API keys: who gets in, and with what."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from campaigns.api_base import ApiModelViewSet, ApiView, acting_user
from campaigns.api_keys import UnknownScopeError, hash_key, issue_key
from campaigns.models import ApiKey, Campaign
from tests.campaigns.builders import NOW, a_superuser, a_user, api_client

pytestmark = pytest.mark.django_db


class WhoAmI(ApiView):
    required_permission = "campaigns.view_send"

    def get(self, request: Request) -> Response:
        user = acting_user(request)
        return Response({"user": user.get_username() if user else None})

    def post(self, request: Request) -> Response:
        return Response({})


class EventsOnly(ApiView):
    required_scope = "events"

    def post(self, request: Request) -> Response:
        return Response({})


class Campaigns(ApiModelViewSet):
    queryset = Campaign.objects.all()

    def list(self, request: Request) -> Response:
        return Response([])

    def create(self, request: Request) -> Response:
        return Response({})

    def touch(self, request: Request, pk: str) -> Response:
        return Response({})


urlpatterns = [
    path("me", WhoAmI.as_view()),
    path("events", EventsOnly.as_view()),
    path("campaigns", Campaigns.as_view({"get": "list", "post": "create"})),
    path("campaigns/<pk>/touch", Campaigns.as_view({"post": "touch"}, detail=True)),
]


@pytest.fixture(autouse=True)
def _test_addresses() -> Any:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def bearer(plain: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


def session(user: Any) -> APIClient:
    client = APIClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_key_is_shown_once_and_stored_as_a_hash() -> None:
    key, plain = issue_key(name="Zapier", scopes=["read"], by=None)

    assert plain.startswith("tr_")
    assert plain.startswith(key.prefix)
    stored = ApiKey.objects.get()
    assert stored.key_hash == hash_key(plain)
    assert plain not in str(vars(stored))


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "delete"]])
def test_a_key_needs_scopes_that_exist(scopes: list[str]) -> None:
    with pytest.raises(UnknownScopeError):
        issue_key(name="Zapier", scopes=scopes, by=None)


def test_a_key_acts_for_its_maker() -> None:
    _, plain = issue_key(name="Zapier", scopes=["read"], by=a_user("alice"))

    assert bearer(plain).get("/me").json() == {"user": "alice"}


def test_a_key_outlives_its_maker_but_acts_for_nobody_then() -> None:
    _, plain = issue_key(name="Zapier", scopes=["read"], by=a_user("alice", is_active=False))

    assert bearer(plain).get("/me").json() == {"user": None}


@pytest.mark.parametrize("header", ["Bearer tr_nothing", "Bearer ", "bearer tr_\0", "Bearer x y"])
def test_a_wrong_key_is_401_with_a_clear_message(header: str) -> None:
    response = APIClient().get("/me", headers={"Authorization": header})

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["error"]["code"] == "api-key-unknown"
    assert "not known" in response.json()["error"]["message"]


def test_a_key_with_its_last_character_changed_is_unknown() -> None:
    _, plain = issue_key(name="Zapier", scopes=["read"], by=None)
    other = "0" if plain[-1] != "0" else "1"

    assert bearer(plain[:-1] + other).get("/me").status_code == 401


def test_no_credentials_are_401() -> None:
    response = APIClient().get("/me")

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "not-authenticated"


def test_a_revoked_key_is_refused() -> None:
    key, plain = issue_key(name="Zapier", scopes=["read"], by=None)
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=NOW)

    response = bearer(plain).get("/me")

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "api-key-revoked"


def test_an_expired_key_is_refused() -> None:
    yesterday = timezone.now() - timedelta(days=1)
    _, plain = issue_key(name="Zapier", scopes=["read"], by=None, expires_at=yesterday)

    response = bearer(plain).get("/me")

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "api-key-expired"


def test_the_last_use_is_noted_at_most_once_a_minute() -> None:
    key, plain = issue_key(name="Zapier", scopes=["read"], by=None)
    bearer(plain).get("/me")
    key.refresh_from_db()
    first = key.used_at

    bearer(plain).get("/me")
    key.refresh_from_db()

    assert first is not None
    assert key.used_at == first


def test_a_use_two_minutes_later_is_noted() -> None:
    key, plain = issue_key(name="Zapier", scopes=["read"], by=None)
    earlier = timezone.now() - timedelta(minutes=2)
    ApiKey.objects.update(used_at=earlier)

    bearer(plain).get("/me")

    key.refresh_from_db()
    assert key.used_at is not None
    assert key.used_at > earlier


def test_reading_needs_the_read_scope() -> None:
    response = api_client("write").get("/campaigns")

    assert response.status_code == 403
    assert response.json()["error"]["code"] == "scope-missing"
    assert "read" in response.json()["error"]["message"]


def test_writing_needs_the_write_scope() -> None:
    assert api_client("read").post("/campaigns").status_code == 403
    assert api_client("write").post("/campaigns").status_code == 200


def test_a_view_may_ask_for_its_own_scope() -> None:
    assert api_client("write").post("/events").status_code == 403
    assert api_client("events").post("/events").status_code == 200


def test_a_colleague_needs_the_models_permission() -> None:
    viewer = session(a_user("bob", "campaigns.view_campaign"))

    assert viewer.get("/campaigns").status_code == 200
    assert viewer.post("/campaigns").status_code == 403


def test_adding_needs_add_and_acting_on_a_row_needs_change() -> None:
    adder = session(a_user("bob", "campaigns.add_campaign"))
    changer = session(a_user("carol", "campaigns.change_campaign"))

    assert adder.post("/campaigns").status_code == 200
    assert adder.post("/campaigns/1/touch").status_code == 403
    assert changer.post("/campaigns/1/touch").status_code == 200


def test_an_outsider_is_refused() -> None:
    assert session(a_user("mallory")).get("/campaigns").status_code == 403


def test_a_view_without_a_model_asks_for_the_permission_it_names() -> None:
    assert session(a_user("bob", "campaigns.view_send")).get("/me").status_code == 200
    assert session(a_user("mallory")).get("/me").status_code == 403


def test_a_view_that_names_nothing_answers_superusers_only() -> None:
    assert session(a_user("mallory")).post("/events").status_code == 403
    assert session(a_superuser()).post("/events").status_code == 200


def test_the_throttle_answers_429_with_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.api_keys.CallerThrottle.THROTTLE_RATES", {"caller": "2/min"})
    client = api_client("read")

    statuses = [client.get("/campaigns").status_code for _ in range(3)]
    response = client.get("/campaigns")

    assert statuses == [200, 200, 429]
    assert int(response["Retry-After"]) > 0
