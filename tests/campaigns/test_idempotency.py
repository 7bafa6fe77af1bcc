"""The same POST twice has its effect once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings
from django.urls import path
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from campaigns.api_base import ApiView
from campaigns.idempotency import KEPT_FOR
from campaigns.models import Campaign, IdempotentAnswer
from config.urls import urlpatterns as real_urlpatterns
from tests.campaigns.builders import api_client

pytestmark = pytest.mark.django_db


class MakeCampaign(ApiView):
    """Makes a campaign, and then fails where the body says so."""

    def post(self, request: Request) -> Response:
        campaign = Campaign.objects.create(name=request.data["name"])
        if request.data.get("then") == "refuse":
            raise exceptions.ValidationError({"name": ["No."]})
        if request.data.get("then") == "crash":
            raise RuntimeError("boom")
        return Response({"id": str(campaign.pk)}, status=201)


urlpatterns = [*real_urlpatterns, path("make", MakeCampaign.as_view())]
use_test_urls = override_settings(ROOT_URLCONF=__name__)


def post(client: APIClient, body: dict[str, Any], key: str | None = "k1") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    with use_test_urls:
        return client.post("/make", body, format="json", headers=headers)


def test_a_repeated_post_returns_the_first_answer_and_does_nothing() -> None:
    client = api_client()

    first = post(client, {"name": "June"})
    second = post(client, {"name": "June"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Campaign.objects.count() == 1


def test_the_key_with_another_body_is_refused() -> None:
    client = api_client()
    post(client, {"name": "June"})

    response = post(client, {"name": "July"})

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "idempotency-key-reused"
    assert Campaign.objects.count() == 1


def test_another_caller_may_use_the_same_key() -> None:
    post(api_client(), {"name": "June"})

    assert post(api_client(), {"name": "July"}).status_code == 201


def test_a_post_without_a_key_runs_each_time() -> None:
    client = api_client()
    post(client, {"name": "June"}, key=None)

    post(client, {"name": "July"}, key=None)

    assert Campaign.objects.count() == 2
    assert not IdempotentAnswer.objects.exists()


def test_a_refusal_is_repeated_and_its_work_undone() -> None:
    client = api_client()

    first = post(client, {"name": "June", "then": "refuse"})
    second = post(client, {"name": "June", "then": "refuse"})

    assert first.status_code == second.status_code == 400
    assert second.json() == first.json()
    assert not Campaign.objects.exists()


def test_after_a_crash_the_same_key_works() -> None:
    client = api_client()
    client.raise_request_exception = False

    assert post(client, {"name": "June", "then": "crash"}).status_code == 500
    assert not IdempotentAnswer.objects.exists()
    assert not Campaign.objects.exists()


def test_a_key_older_than_a_day_is_forgotten() -> None:
    client = api_client()
    post(client, {"name": "June"})
    answer = IdempotentAnswer.objects.get()
    IdempotentAnswer.objects.update(answered_at=answer.answered_at - KEPT_FOR - timedelta(hours=1))

    assert post(client, {"name": "July"}).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9"])
def test_a_malformed_key_is_refused(key: str) -> None:
    response = post(api_client(), {"name": "June"}, key=key)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "idempotency-key-invalid"


def test_a_wrong_api_key_is_refused_before_anything_is_stored() -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Bearer tr_wrong")

    assert post(client, {"name": "June"}).status_code == 401
    assert not IdempotentAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_post_sent_four_times_at_once_runs_once() -> None:
    client = api_client()
    authorization = client._credentials
    answers: list[Any] = []

    def send() -> None:
        mine = APIClient()
        mine.credentials(**authorization)
        answers.append(
            mine.post("/make", {"name": "June"}, format="json", headers={"Idempotency-Key": "k"})
        )
        connections.close_all()

    with use_test_urls:
        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert Campaign.objects.count() == 1
