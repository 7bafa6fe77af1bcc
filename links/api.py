"""The REST resources of this app: links, their checks and QR codes; audiences stand apart."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ViewSetMixin

from campaigns.api_base import ApiModelViewSet, acting_user
from links import services
from links.api_alerts import ALERT_ROUTES
from links.api_audience import PATHS as AUDIENCE_PATHS
from links.api_bulk import LinkBulkView
from links.api_domains import DomainViewSet
from links.api_filters import LinkFilter
from links.api_formats import PngRenderer, SvgRenderer
from links.api_serializers import LinkCheckSerializer, LinkSerializer, TagCountSerializer
from links.api_webhooks import WEBHOOK_ROUTES
from links.link_rows import LinkRefusedError
from links.models import Link, LinkCheck
from links.qr import QrLook, QrLookError, qr_png, qr_svg, read_look


class LinkNotAcceptedError(APIException):
    """A link was refused; `fields` names the value and the rule."""

    status_code = 400
    default_code = "invalid"

    def __init__(self, error: LinkRefusedError) -> None:
        super().__init__("The link was not accepted.")
        self.fields = {error.field: [{"code": error.code, "message": str(error)}]}


QR_PARAMETERS = [
    OpenApiParameter("size", int, description="Pixels of its side, 64 to 4096; usually 256"),
    OpenApiParameter("quiet_zone", int, description="Light modules around, 0 to 16; usually 4"),
    OpenApiParameter("color", str, description="Six hexadecimal digits, dark enough for cameras"),
]


class LinkViewSet(ApiModelViewSet):
    """Short links. `DELETE` retires: a link that was sent is never forgotten."""

    queryset = Link.objects.select_related("domain", "send")
    serializer_class = LinkSerializer
    filterset_class = LinkFilter
    ordering_fields = ("created_at", "updated_at", "code", "title")

    def filter_queryset(self, queryset: Any) -> Any:
        """Filter the list alone: an archived link is read and changed like any other."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

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

    @extend_schema(request=None, responses=LinkSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """Hide the link from lists; it goes on working."""
        services.archive_links(links=[self.get_object()], now=timezone.now())
        return Response(LinkSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=LinkSerializer)
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, pk: str) -> Response:
        """Show an archived link in lists again."""
        services.unarchive_links(links=[self.get_object()])
        return Response(LinkSerializer(self.get_object()).data)

    @extend_schema(responses=TagCountSerializer(many=True))
    @action(detail=False, pagination_class=None, filter_backends=[])
    def tags(self, request: Request) -> Response:
        """List every tag with the number of links in use that have it, by alphabet."""
        counted = [{"tag": tag, "count": count} for tag, count in Link.objects.tag_counts()]
        return Response(counted)

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

    @extend_schema(parameters=QR_PARAMETERS, responses={(200, "image/svg+xml"): OpenApiTypes.STR})
    @action(
        detail=True,
        url_path=r"qr\.svg",
        url_name="qr",
        renderer_classes=[SvgRenderer, JSONRenderer],
        filter_backends=[],
    )
    def qr_code(self, request: Request, pk: str) -> HttpResponse:
        """Answer with the short link's QR code as SVG."""
        return self._qr(qr_svg, "image/svg+xml")

    @extend_schema(parameters=QR_PARAMETERS, responses={(200, "image/png"): OpenApiTypes.BINARY})
    @action(
        detail=True,
        url_path=r"qr\.png",
        url_name="qr-png",
        renderer_classes=[PngRenderer, JSONRenderer],
        filter_backends=[],
    )
    def qr_picture(self, request: Request, pk: str) -> HttpResponse:
        """Answer with the short link's QR code as PNG."""
        return self._qr(qr_png, "image/png")

    def _qr(self, draw: Callable[[str, QrLook], bytes], content_type: str) -> HttpResponse:
        """Draw the code as it was asked for.

        Raises:
            ValidationError: a size, quiet zone or colour that cannot be.
        """
        try:
            look = read_look(self.request.query_params.dict())
        except QrLookError as error:
            raise ValidationError({error.field: [str(error)]}) from error
        return HttpResponse(draw(self.get_object().short_url, look), content_type=content_type)


ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    ("links", LinkViewSet),
    ("domains", DomainViewSet),
    *ALERT_ROUTES,
    *WEBHOOK_ROUTES,
]
PATHS: list[URLPattern] = [
    path("links/bulk", LinkBulkView.as_view(), name="links-bulk"),
    *AUDIENCE_PATHS,
]
