"""`POST /api/v1/collect`: beacons from the snippet, `text/plain` so that no preflight is needed."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tracking.beacons import (
    MAX_BYTES,
    ForeignHostError,
    MalformedBeaconError,
    UnknownWriteKeyError,
    is_own_host,
    read_beacon,
    source_of,
    take_beacon,
)
from tracking.bots import Reason, grade_user_agent
from tracking.models import Source
from tracking.services import EventsResult

_MACHINES = {Reason.CRAWLER, Reason.PREVIEW, Reason.SCANNER}


class BeaconError(APIException):
    """A beacon was not taken."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message, code)
        self.status_code = status
        self.fields: dict[str, list[dict[str, str]]] = {}


class CollectView(APIView):
    """Takes beacons. The public write key in the body says which website speaks."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        request={"text/plain": {"type": "string", "description": "{key, events} as JSON"}},
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Record a browser's events: 204, or an error for the developer's network panel."""
        body = request._request.body
        if len(body) > MAX_BYTES:
            raise BeaconError(413, "too-large", f"A beacon may take {MAX_BYTES} bytes.")
        try:
            key, events = read_beacon(body)
            source = source_of(key)
            self.hosts = source.hosts
            if grade_user_agent(request.headers.get("User-Agent", ""))[1] in _MACHINES:
                return Response(status=204)
            _refuse_rejected(_take(request, source, events))
        except MalformedBeaconError as error:
            raise BeaconError(400, "malformed", str(error)) from error
        except UnknownWriteKeyError as error:
            message = "This write key is not known or is switched off."
            raise BeaconError(401, "write-key-unknown", message) from error
        except ForeignHostError as error:
            message = f"{error} is none of this source's hosts."
            raise BeaconError(403, "host-not-allowed", message) from error
        return Response(status=204)

    def options(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        """Answer a preflight; the key is not known yet, so any active source's host will do."""
        rows = Source.objects.filter(is_active=True).values_list("hosts", flat=True)
        self.hosts = [host for hosts in rows for host in hosts]
        return Response(status=204)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let the source's own pages, and no others, read the answer."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        origin = request.headers.get("Origin", "")
        if origin and is_own_host(origin, getattr(self, "hosts", [])):
            answer["Access-Control-Allow-Origin"] = origin
            answer["Access-Control-Allow-Methods"] = "POST"
            answer["Access-Control-Allow-Headers"] = "Content-Type"
            answer["Access-Control-Max-Age"] = "86400"
        answer["Vary"] = "Origin"
        return answer


def _take(request: Request, source: Source, events: list[Any]) -> EventsResult:
    origin = request.headers.get("Origin", "")
    return take_beacon(source=source, origin=origin, events=events, now=timezone.now())


def _refuse_rejected(result: EventsResult) -> None:
    errors = [error for one in result.results for error in one.errors]
    if not errors:
        return
    refusal = BeaconError(400, "invalid", f"{result.count('rejected')} events were not taken.")
    for error in errors:
        found = refusal.fields.setdefault(error.field, [])
        found.append({"code": error.code, "message": error.message})
    raise refusal
