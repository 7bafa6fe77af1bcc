"""What CRMs call: their webhook."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from campaigns.doorbell import READ_DELIVERIES, ring_once_on_commit
from crm_sync.hooks import MOST_BYTES, BadSignatureError, receive_delivery
from crm_sync.models import Connection


@csrf_exempt
@require_POST
def crm_hook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Store a signed delivery and answer at once; a worker acts on it."""
    connection = get_object_or_404(Connection, pk=pk)
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return _refusal(413, "too-large", f"A delivery may take {MOST_BYTES:,} bytes.")
    try:
        receive_delivery(
            connection=connection, body=request.body, headers=request.headers, now=timezone.now()
        )
    except BadSignatureError:
        return _refusal(401, "bad-signature", "The signature is missing, wrong or too old.")
    ring_once_on_commit(READ_DELIVERIES)
    return HttpResponse(status=204)


def _refusal(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)
