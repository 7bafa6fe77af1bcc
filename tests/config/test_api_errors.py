"""The one shape of every API error."""

import json

import pytest
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.test import APIClient

from config.api_errors import answer_error


def error_of(error: Exception) -> dict:
    response = answer_error(error, {})
    assert response is not None
    return {"status": response.status_code, **json.loads(json.dumps(response.data["error"]))}


def test_an_invalid_field_is_named_with_its_code() -> None:
    told = error_of(
        exceptions.ValidationError({"name": [exceptions.ErrorDetail("Too long.", "max_length")]})
    )
    assert told["status"] == 400
    assert told["code"] == "invalid"
    assert told["fields"] == {"name": [{"code": "max-length", "message": "Too long."}]}
    assert "request_id" in told


def test_nested_fields_are_named_by_their_path() -> None:
    told = error_of(exceptions.ValidationError({"messages": [{}, {"body": ["Empty."]}]}))
    assert list(told["fields"]) == ["messages.1.body"]


def test_a_models_error_becomes_a_400() -> None:
    told = error_of(DjangoValidationError({"__all__": ["Taken."], "code": ["Bad."]}))
    assert told["status"] == 400
    assert set(told["fields"]) == {"request", "code"}


def test_an_error_may_bring_its_suggestions() -> None:
    class Refused(exceptions.APIException):
        status_code = 409
        default_code = "name_taken"
        fields = {"utm_campaign": [{"code": "a", "message": "b", "suggestion": "c"}]}

    told = error_of(Refused("Taken."))
    assert (told["status"], told["code"]) == (409, "name-taken")
    assert told["fields"]["utm_campaign"][0]["suggestion"] == "c"


def test_a_missing_object_is_not_found() -> None:
    assert error_of(Http404()) | {"request_id": ""} == {
        "status": 404,
        "code": "not-found",
        "message": "Not found.",
        "request_id": "",
    }


def test_a_programming_error_stays_one() -> None:
    assert answer_error(ZeroDivisionError(), {}) is None


def test_an_unknown_address_of_the_api_is_told_in_that_shape() -> None:
    response = APIClient().get("/api/v1/sendz")
    assert response.status_code == 404
    assert "/api/v1/sendz" in response.json()["error"]["message"]


@pytest.mark.django_db
def test_a_request_without_a_key_is_told_so_in_that_shape() -> None:
    response = APIClient().get("/api/v1/sends")
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "not-authenticated"
    assert response.json()["error"]["request_id"] == response["X-Request-Id"]
