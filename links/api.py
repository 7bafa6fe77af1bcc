"""The REST resources of this app: links, their checks and QR codes, and a send's audience."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ViewSetMixin

from campaigns.api_base import ApiModelViewSet, ApiView, acting_user
from campaigns.models import Send
from campaigns.personal_data import may_see_personal_data
from links import services
from links.api_formats import AudienceCsvParser, CsvRenderer, SvgRenderer, read_audience
from links.api_serializers import (
    AudienceSerializer,
    LinkCheckSerializer,
    LinkSerializer,
    UploadSerializer,
)
from links.audience import AudienceClosedError, NoLinkForAudienceError
from links.audience_csv import AudienceFileError
from links.audience_export import export_recipients
from links.link_rows import LinkRefusedError
from links.models import Link, LinkCheck, RecipientLink
from links.qr import qr_svg


class LinkNotAcceptedError(APIException):
    """A link was refused; `fields` names the value and the rule."""

    status_code = 400
    default_code = "invalid"

    def __init__(self, error: LinkRefusedError) -> None:
        super().__init__("The link was not accepted.")
        self.fields = {error.field: [{"code": error.code, "message": str(error)}]}


class AudienceNotAcceptedError(APIException):
    """The send cannot take recipients now."""

    status_code = 409
    default_code = "audience-not-accepted"


class LinkViewSet(ApiModelViewSet):
    """Short links. `DELETE` retires: a link that was sent is never forgotten."""

    queryset = Link.objects.select_related("domain", "send")
    serializer_class = LinkSerializer
    filterset_fields = ("status", "domain", "send", "message", "code", "utm_campaign")
    ordering_fields = ("created_at", "updated_at", "code")

    def perform_create(self, serializer: BaseSerializer[Link]) -> None:
        """Make the link.

        Raises:
            LinkNotAcceptedError: the services refuse it.
        """
        values = dict(serializer.validated_data)
        utm = {key: values.pop(key) for key in list(values) if key.startswith("utm_")}
        try:
            serializer.instance = services.create_link(
                utm=utm, by=acting_user(self.request), now=timezone.now(), **values
            )
        except LinkRefusedError as error:
            raise LinkNotAcceptedError(error) from error

    def perform_update(self, serializer: BaseSerializer[Link]) -> None:
        """Store the changed link.

        Raises:
            LinkNotAcceptedError: the services refuse it.
        """
        link = self.get_object()
        for name, value in serializer.validated_data.items():
            setattr(link, name, value)
        try:
            serializer.instance = services.save_link(
                link=link, by=acting_user(self.request), now=timezone.now()
            )
        except LinkRefusedError as error:
            raise LinkNotAcceptedError(error) from error

    def perform_destroy(self, instance: Any) -> None:
        """Retire the link."""
        services.retire_links(links=[instance], now=timezone.now())

    @extend_schema(
        methods=["GET"],
        responses=LinkCheckSerializer(many=True),
        description="Checks, newest first.",
    )
    @extend_schema(
        methods=["POST"],
        request=None,
        responses={201: LinkCheckSerializer(many=True)},
        description="Follow the link now, as an iPhone, an Android phone and a desktop.",
    )
    @action(detail=True, methods=["get", "post"], filter_backends=[])
    def checks(self, request: Request, pk: str) -> Response:
        """List a link's checks, or check it now."""
        link = self.get_object()
        if request.method == "POST":
            made = services.check_links(links=[link], now=timezone.now())
            body = LinkCheckSerializer(made, many=True).data
            return Response({"results": body}, status=status.HTTP_201_CREATED)
        page = self.paginate_queryset(LinkCheck.objects.filter(link=link))
        return self.get_paginated_response(LinkCheckSerializer(page, many=True).data)

    @extend_schema(responses={(200, "image/svg+xml"): OpenApiTypes.STR})
    @action(
        detail=True,
        url_path=r"qr\.svg",
        url_name="qr",
        renderer_classes=[SvgRenderer, JSONRenderer],
    )
    def qr_code(self, request: Request, pk: str) -> HttpResponse:
        """Answer with the short link's QR code."""
        svg = qr_svg(self.get_object().short_url)
        return HttpResponse(svg, content_type="image/svg+xml")


class RecipientsView(ApiView):
    """A send's audience: every phone number gets a short link of its own."""

    required_permission = "links.add_recipientlink"
    parser_classes = [JSONParser, AudienceCsvParser]

    @extend_schema(
        request={"application/json": AudienceSerializer, "text/csv": OpenApiTypes.STR},
        responses={200: UploadSerializer},
    )
    def post(self, request: Request, send_id: Any) -> Response:
        """Upload recipients as `{"recipients": [{"phone", …}]}` or as CSV with a heading.

        Raises:
            ValidationError: neither of both.
            AudienceNotAcceptedError: the send is over or has no links.
        """
        send = get_object_or_404(Send, pk=send_id)
        try:
            result = services.upload_recipients(
                send=send, rows=read_audience(request.data), now=timezone.now()
            )
        except AudienceFileError as error:
            raise ValidationError({"recipients": [str(error)]}) from error
        except (AudienceClosedError, NoLinkForAudienceError) as error:
            raise AudienceNotAcceptedError(str(error)) from error
        return Response(UploadSerializer(result).data)


class RecipientsCsvView(ApiView):
    """The send's audience with one short link each, streamed."""

    required_permission = "links.view_recipientlink"
    renderer_classes = [CsvRenderer, JSONRenderer]

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, send_id: Any) -> StreamingHttpResponse:
        """Stream phone, e-mail, external id, name, version and short link as CSV.

        Numbers and e-mails are masked unless the caller may see personal data.
        """
        send = get_object_or_404(Send, pk=send_id)
        recipients: QuerySet[RecipientLink] = RecipientLink.objects.of_send(send)
        is_open = may_see_personal_data(acting_user(request))
        return StreamingHttpResponse(
            export_recipients(recipients, is_open=is_open),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{send.utm_campaign}-recipients.csv"',
                "Cache-Control": "private, no-store",
            },
        )


ROUTES: list[tuple[str, type[ViewSetMixin]]] = [("links", LinkViewSet)]
PATHS: list[URLPattern] = [
    path("sends/<uuid:send_id>/recipients", RecipientsView.as_view(), name="recipients"),
    path("sends/<uuid:send_id>/recipients.csv", RecipientsCsvView.as_view(), name="recipients-csv"),
]
