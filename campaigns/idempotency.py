"""`Idempotency-Key`: the same POST sent twice has its effect once and the same answer twice.

The claim on a key is a row inserted in the transaction of the work itself. A second request
with the key waits on the unique index until the first commits, and then repeats its answer;
where the first rolled back or died, the row is gone and the second does the work. So there is
no "in progress" state to clean up.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.api_keys import caller_id
from campaigns.models import IdempotentAnswer
from campaigns.public_ids import new_id

KEPT_FOR = timedelta(hours=24)
_PURGED_AT_ONCE = 100


class IdempotencyKeyReusedError(APIException):
    """The key came before with another request."""

    status_code = 409
    default_code = "idempotency-key-reused"
    default_detail = "This Idempotency-Key was already used for another request. Use a new key for a new request."


class InvalidIdempotencyKeyError(APIException):
    """The key is too long or holds characters that are not printable ASCII."""

    status_code = 400
    default_code = "idempotency-key-invalid"
    default_detail = "An Idempotency-Key is 1 to 255 printable ASCII characters."


class IdempotentPosts(APIView):
    """Mix in before a DRF view: POSTs that carry an `Idempotency-Key` run once.

    The handler runs inside a transaction; an answer below 500 is kept for a day, without the
    `unkept_fields` of its body: a secret that is shown once is not stored to be shown again.
    """

    unkept_fields: frozenset[str] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After all permission checks, put the once-only wrapper around this POST's handler."""
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        # The body is read before the session's CSRF check can consume a form's stream.
        digest = _digest(request) if key is not None else ""
        super().initial(request, *args, **kwargs)
        caller = caller_id(request)
        if key is None or not caller:
            return
        if not 0 < len(key) <= 255 or not key.isascii() or not key.isprintable():
            raise InvalidIdempotencyKeyError
        handler = getattr(self, "post", self.http_method_not_allowed)
        # Set on this request's view: DRF looks its handler up after `initial`.
        vars(self)["post"] = partial(self._once, handler, caller, key, digest)

    def _once(
        self,
        handler: Callable[..., Response],
        caller: str,
        key: str,
        digest: str,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        with transaction.atomic():
            now = timezone.now()
            _purge(caller, now)
            if not _claim(caller, key, digest, now):
                return _repeat(caller, key, digest)
            try:
                with transaction.atomic():
                    response = handler(request, *args, **kwargs)
            except Exception as error:  # noqa: BLE001  (a 500 is raised again and undoes the claim)
                response = self.handle_exception(error)
            _keep(caller, key, response, self.unkept_fields)
            return response


def _digest(request: Request) -> str:
    """Return the SHA-256 of what makes a request the same: method, address, type, body."""
    http = request._request
    head = "\n".join((http.method or "", http.get_full_path(), http.content_type or ""))
    return hashlib.sha256(head.encode() + b"\n\n" + http.body).hexdigest()


def _purge(caller: str, now: datetime) -> None:
    old = IdempotentAnswer.objects.filter(caller=caller, answered_at__lt=now - KEPT_FOR)
    ids = old.order_by("answered_at").values("pk")[:_PURGED_AT_ONCE]
    IdempotentAnswer.objects.filter(
        pk__in=list(ids.select_for_update(skip_locked=True).values_list("pk", flat=True))
    ).delete()


def _claim(caller: str, key: str, digest: str, now: datetime) -> bool:
    """Insert the row and say whether it is ours. Waits for a request that holds the key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_idempotentanswer"
            " (id, caller, key, request_hash, status, body, answered_at)"
            " VALUES (%s, %s, %s, %s, 0, NULL, %s) ON CONFLICT (caller, key) DO NOTHING",
            [new_id(), caller, key, digest, now],
        )
        inserted: int = cursor.rowcount
    return inserted == 1


def _repeat(caller: str, key: str, digest: str) -> Response:
    answer = IdempotentAnswer.objects.get(caller=caller, key=key)
    if answer.request_hash != digest:
        raise IdempotencyKeyReusedError
    return Response(answer.body, status=answer.status, headers={"Idempotent-Replayed": "true"})


def _keep(caller: str, key: str, response: Response, unkept_fields: frozenset[str]) -> None:
    rendered = JSONRenderer().render(response.data)
    body = json.loads(rendered) if rendered else None
    if unkept_fields and isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in unkept_fields}
    IdempotentAnswer.objects.filter(caller=caller, key=key).update(
        status=response.status_code, body=body
    )
