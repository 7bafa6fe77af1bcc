"""The REST resources of this app: links, their checks and QR codes; audiences stand apart."""

from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ViewSetMixin

from campaigns.api_base import ApiModelViewSet, acting_user
from links import services
from links.api_alerts import ALERT_ROUTES
from links.api_audience import PATHS as AUDIENCE_PATHS
from links.api_formats import SvgRenderer
from links.api_serializers import LinkCheckSerializer, LinkSerializer
from links.api_webhooks import WEBHOOK_ROUTES
from links.link_rows import LinkRefusedError
from links.models import Link, LinkCheck
from links.qr import qr_svg


class LinkNotAcceptedError(APIException):
    """A link was refused; `fields` names the value and the rule."""

    status_code = 400
    default_code = "invalid"

    def __init__(self, error: LinkRefusedError) -> None:
        super().__init__("The link was not accepted.")
        self.fields = {error.field: [{"code": error.code, "message": str(error)}]}


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


ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    ("links", LinkViewSet),
    *ALERT_ROUTES,
    *WEBHOOK_ROUTES,
]
PATHS: list[URLPattern] = [*AUDIENCE_PATHS]
