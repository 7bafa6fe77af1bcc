"""A send's audience over the API: upload it, follow the upload, take the links home."""

from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api_base import ApiView, acting_user
from campaigns.doorbell import ADD_AUDIENCES, ring_on_commit
from campaigns.models import Send
from campaigns.personal_data import may_see_personal_data
from links import services
from links.api_formats import AudienceParser, CsvRenderer, SentFile
from links.api_serializers import AudienceSerializer, AudienceUploadSerializer, UploadSerializer
from links.audience import AudienceClosedError, NoLinkForAudienceError
from links.audience_export import csv_answer, export_held_out, export_recipients, export_split
from links.audience_files import AudienceFileError, read_audience
from links.audience_results import read_results
from links.audience_uploads import SameFileRunningError, keep_upload
from links.models import AudienceUpload, HeldOutRecipient, RecipientLink

AT_ONCE_BYTES = 1 << 20
"""What is added while the caller waits; a larger file is followed."""

_FILE_TYPES = (
    "text/csv",
    "application/x-ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


class AudienceNotAcceptedError(APIException):
    """The send cannot take recipients now."""

    status_code = 409
    default_code = "audience-not-accepted"


class RecipientsView(ApiView):
    """A send's audience: every phone number gets a short link of its own."""

    required_permission = "links.add_recipientlink"
    parser_classes = [MultiPartParser, AudienceParser]

    @extend_schema(
        request={
            "application/json": AudienceSerializer,
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
            },
            **dict.fromkeys(_FILE_TYPES, OpenApiTypes.BINARY),
        },
        parameters=[
            OpenApiParameter(
                "Prefer",
                location=OpenApiParameter.HEADER,
                description="`respond-async`: do not wait, whatever the size",
            )
        ],
        responses={200: UploadSerializer, 202: AudienceUploadSerializer},
        description='JSON (`{"recipients": […]}`, an array, or an object per line), CSV or XLSX, '
        "as the body or as a form's `file`. Up to 1 MB is added at once and answered with every "
        "row's result; all rows or, on an error, none. More is answered `202` with an upload, "
        "whose address `Location` names: follow it until its `status` is `done` or `failed`. "
        "Sending the same file again adds nobody twice.",
    )
    def post(self, request: Request, send_id: Any) -> Response:
        """Upload recipients.

        Raises:
            ValidationError: no audience, or no file.
            AudienceNotAcceptedError: the send is over or has no links.
        """
        send = get_object_or_404(Send, pk=send_id)
        sent = _sent_file(request)
        try:
            if sent.size > AT_ONCE_BYTES or "respond-async" in request.headers.get("Prefer", ""):
                return _followed(_kept(send, sent, request))
            rows = read_audience(sent.file, sent.name)
            result = services.upload_recipients(send=send, rows=rows, now=timezone.now())
        except AudienceFileError as error:
            raise ValidationError({"recipients": [str(error)]}) from error
        except (AudienceClosedError, NoLinkForAudienceError) as error:
            raise AudienceNotAcceptedError(str(error)) from error
        return Response(UploadSerializer(result).data)


class UploadsView(ApiView):
    """Files that were uploaded for a send."""

    required_permission = "links.view_audienceupload"

    @extend_schema(responses=AudienceUploadSerializer(many=True))
    def get(self, request: Request, send_id: Any) -> Response:
        """List a send's last hundred uploads, the newest first."""
        send = get_object_or_404(Send, pk=send_id)
        uploads = AudienceUpload.objects.of_send(send)[:100]
        return Response({"results": AudienceUploadSerializer(uploads, many=True).data})


class UploadView(ApiView):
    """One upload."""

    required_permission = "links.view_audienceupload"

    @extend_schema(responses=AudienceUploadSerializer)
    def get(self, request: Request, send_id: Any, pk: Any) -> Response:
        """Say how far an upload is."""
        return Response(AudienceUploadSerializer(_upload(send_id, pk)).data)


class UploadResultsView(ApiView):
    """What became of every row of an upload."""

    required_permission = "links.view_audienceupload"
    renderer_classes = [CsvRenderer, JSONRenderer]

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, send_id: Any, pk: Any) -> StreamingHttpResponse:
        """Stream row, result, reason, phone, e-mail, external id and name as CSV.

        Raises:
            PermissionDenied: the caller may not see personal data.
            Http404: not over yet, or deleted by now.
        """
        if not may_see_personal_data(acting_user(request)):
            raise PermissionDenied("Results name phone numbers, which you may not see.")
        upload = _upload(send_id, pk)
        if not upload.is_over or not upload.results_file:
            raise Http404
        return csv_answer(read_results(upload.results_file.name), f"{upload.file_name}-results")


class RecipientsCsvView(ApiView):
    """The send's audience with one short link each, streamed."""

    required_permission = "links.view_recipientlink"
    renderer_classes = [CsvRenderer, JSONRenderer]

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, send_id: Any) -> StreamingHttpResponse:
        """Stream phone, e-mail, external id, name, version, short link and text as CSV.

        Numbers and e-mails are masked unless the caller may see personal data.
        """
        send = get_object_or_404(Send, pk=send_id)
        is_open = may_see_personal_data(acting_user(request))
        recipients = RecipientLink.objects.of_send(send)
        return csv_answer(
            export_recipients(recipients, is_open=is_open), f"{send.utm_campaign}-recipients"
        )


class HeldOutCsvView(ApiView):
    """Who gets nothing of a send, streamed."""

    required_permission = "links.view_heldoutrecipient"
    renderer_classes = [CsvRenderer, JSONRenderer]

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, send_id: Any) -> StreamingHttpResponse:
        """Stream phone, e-mail, external id and name of the people held out as CSV.

        Numbers and e-mails are masked unless the caller may see personal data.
        """
        send = get_object_or_404(Send, pk=send_id)
        is_open = may_see_personal_data(acting_user(request))
        held_out = HeldOutRecipient.objects.of_send(send)
        return csv_answer(
            export_held_out(held_out, is_open=is_open), f"{send.utm_campaign}-held-out"
        )


class SplitCsvView(ApiView):
    """How a send's audience was divided, for an auditor."""

    required_permission = "links.view_recipientlink"
    renderer_classes = [CsvRenderer, JSONRenderer]

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, send_id: Any) -> StreamingHttpResponse:
        """Stream every number's keyed hash with what it got: held out, or which version."""
        send = get_object_or_404(Send, pk=send_id)
        return csv_answer(export_split(send), f"{send.utm_campaign}-split")


def _sent_file(request: Request) -> SentFile:
    if isinstance(request.data, SentFile):
        return request.data
    file = request.FILES.get("file")
    if file is None:
        raise ValidationError({"file": ["Choose a file: CSV, XLSX or JSON."]})
    return SentFile(file, file.name or "")


def _kept(send: Send, sent: SentFile, request: Request) -> AudienceUpload:
    try:
        upload = keep_upload(
            send=send, file=sent, file_name=sent.name, by=acting_user(request), now=timezone.now()
        )
    except SameFileRunningError as error:
        return error.upload
    ring_on_commit(ADD_AUDIENCES)
    return upload


def _followed(upload: AudienceUpload) -> Response:
    address = reverse("recipient-upload", args=[upload.send_id, upload.pk])
    body = AudienceUploadSerializer(upload).data
    return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": address})


def _upload(send_id: Any, pk: Any) -> AudienceUpload:
    return get_object_or_404(AudienceUpload, send=send_id, pk=pk)


_SEND = "sends/<uuid:send_id>"
_UPLOADS = f"{_SEND}/recipients/uploads"
PATHS: list[URLPattern] = [
    path(f"{_SEND}/recipients", RecipientsView.as_view(), name="recipients"),
    path(f"{_SEND}/recipients.csv", RecipientsCsvView.as_view(), name="recipients-csv"),
    path(f"{_SEND}/held-out.csv", HeldOutCsvView.as_view(), name="held-out-csv"),
    path(f"{_SEND}/split.csv", SplitCsvView.as_view(), name="split-csv"),
    path(_UPLOADS, UploadsView.as_view(), name="recipient-uploads"),
    path(f"{_UPLOADS}/<uuid:pk>", UploadView.as_view(), name="recipient-upload"),
    path(
        f"{_UPLOADS}/<uuid:pk>/results.csv", UploadResultsView.as_view(), name="recipient-results"
    ),
]
