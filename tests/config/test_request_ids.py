"""Request ids on answers and log lines."""

import logging

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.request_ids import RequestIdFilter, RequestIdMiddleware, current_request_id


def answer_with_id(**headers: str) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(current_request_id())

    return RequestIdMiddleware(view)(RequestFactory().get("/", headers=headers))


def test_a_request_gets_an_id_and_the_answer_tells_it() -> None:
    response = answer_with_id()
    assert response["X-Request-Id"] == response.content.decode()
    assert len(response["X-Request-Id"]) == 32


def test_a_well_formed_id_of_the_caller_is_kept() -> None:
    assert answer_with_id(x_request_id="order-12345")["X-Request-Id"] == "order-12345"


def test_an_id_that_could_forge_a_log_line_is_replaced() -> None:
    assert "\n" not in answer_with_id(x_request_id='a"}\n{"b').content.decode()


def test_the_id_is_gone_after_the_request() -> None:
    answer_with_id()
    assert current_request_id() == ""


def test_log_records_carry_the_id() -> None:
    record = logging.LogRecord("a", logging.INFO, "a.py", 1, "hello", None, None)
    assert RequestIdFilter().filter(record)
    assert record.request_id == ""  # type: ignore[attr-defined]
