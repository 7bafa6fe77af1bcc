"""The one shape of every API error.

`{"error": {"code", "message", "fields": {name: [{"code", "message", "suggestion"?}]}, "request_id"}}`

An app's own error takes part by deriving from DRF's `APIException` in its `api.py`; its
attribute `fields`, where set, is rendered word for word, suggestions included.
"""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from config.request_ids import current_request_id


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to an error, or None for one that DRF does not know (a 500)."""
    if isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(_django_details(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    code, message, fields = _describe(error, response)
    body: dict[str, Any] = {"code": code, "message": message}
    if fields:
        body["fields"] = fields
    body["request_id"] = current_request_id()
    response.data = {"error": body}
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address: the API's callers in its shape, people with a page."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    error = {
        "code": "not-found",
        "message": f"There is nothing at {request.path}; see /api/v1/docs.",
        "request_id": current_request_id(),
    }
    return JsonResponse({"error": error}, status=404)


def _describe(
    error: Exception, response: Response
) -> tuple[str, str, dict[str, list[dict[str, str]]]]:
    if isinstance(error, exceptions.ValidationError):
        fields = _fields(error.get_full_details())
        names = ", ".join(fields) or "the request"
        return "invalid", f"The request was not accepted; see {names}.", fields
    if isinstance(error, exceptions.APIException):
        fields = getattr(error, "fields", {})
        codes = error.get_codes()
        code = codes if isinstance(codes, str) else error.default_code
        return code.replace("_", "-"), str(error.detail), fields
    return {404: ("not-found", "Not found.", {}), 403: ("permission-denied", "Not allowed.", {})}[
        response.status_code
    ]


def _fields(details: Any, prefix: str = "") -> dict[str, list[dict[str, str]]]:
    """Flatten nested error details to `messages.0.body`-like names."""
    if isinstance(details, list):
        if all(_is_leaf(item) for item in details):
            return {prefix or "request": [_leaf(item) for item in details]}
        parts = list(enumerate(details))
    elif _is_leaf(details):
        return {prefix or "request": [_leaf(details)]}
    else:
        parts = list(details.items())
    flat: dict[str, list[dict[str, str]]] = {}
    for name, part in parts:
        flat.update(_fields(part, f"{prefix}.{name}" if prefix else str(name)))
    return flat


def _is_leaf(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("message"), str)


def _leaf(item: dict[str, Any]) -> dict[str, str]:
    return {
        "code": str(item.get("code", "invalid")).replace("_", "-"),
        "message": str(item["message"]),
    }


def _django_details(error: DjangoValidationError) -> Any:
    if hasattr(error, "error_dict"):
        return {
            "request" if name == "__all__" else name: [
                exceptions.ErrorDetail(message, item.code or "invalid")
                for item in items
                for message in item.messages
            ]
            for name, items in error.error_dict.items()
        }
    return [exceptions.ErrorDetail(message, error.code or "invalid") for message in error.messages]
