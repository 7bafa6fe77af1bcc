"""The OpenAPI schema names every resource and how to sign in."""

import json

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_schema_is_openapi_3_1_and_says_how_to_send_a_key() -> None:
    answer = Client().get("/api/v1/schema?format=json")

    schema = json.loads(answer.content)
    assert schema["openapi"].startswith("3.1")
    key = schema["components"]["securitySchemes"]["apiKey"]
    assert (key["type"], key["scheme"]) == ("http", "bearer")
    assert {"/api/v1/sends", "/api/v1/events", "/api/v1/reports/sends"} <= schema["paths"].keys()
