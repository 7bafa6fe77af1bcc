"""The REST resource of domains: kept, checked, and chosen for campaigns."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from campaigns.api_base import ApiModelViewSet
from campaigns.models import Campaign
from links import services
from links.api_serializers import ProblemSerializer
from links.domain_checks import facts_of
from links.domain_views import health_of
from links.link_rows import LinkRefusedError
from links.models import Domain, DomainCheck


class DomainNotAcceptedError(APIException):
    """A domain was refused; `fields` names the value and the rule."""

    status_code = 400
    default_code = "invalid"

    def __init__(self, error: LinkRefusedError) -> None:
        super().__init__("The domain was not accepted.")
        self.fields = {error.field: [{"code": error.code, "message": str(error)}]}


class DomainCheckSerializer(serializers.ModelSerializer[DomainCheck]):
    """What a look at the domain found."""

    problems = ProblemSerializer(many=True)

    class Meta:
        model = DomainCheck
        fields = (
            "id", "checked_at", "has_record", "is_serving", "certificate_ends_at", "problems",
        )  # fmt: skip


class DomainSerializer(serializers.ModelSerializer[Domain]):
    """A domain. `campaigns` are those whose new links go here instead of to the default."""

    health = serializers.SerializerMethodField()
    record = serializers.SerializerMethodField(help_text="The DNS record that proves it is yours")
    campaigns = serializers.PrimaryKeyRelatedField(
        many=True, queryset=Campaign.objects.all(), required=False
    )
    well_known = serializers.DictField(
        child=serializers.CharField(trim_whitespace=False), required=False
    )

    class Meta:
        model = Domain
        fields = (
            "id", "host", "scheme", "is_default", "is_active", "root_url", "fallback_url",
            "icon_url", "robots_txt", "well_known", "campaigns", "health", "record",
            "verified_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("id", "verified_at", "created_at", "updated_at")
        extra_kwargs: dict[str, Any] = {"host": {"validators": []}}
        validators: list[Any] = []  # the services say what is taken, in the host's stored form

    def get_health(self, domain: Any) -> str:
        """How it is, in a word or two."""
        return health_of(
            is_active=domain.is_active,
            is_serving=domain.is_serving,
            is_verified=domain.verified_at is not None,
        )

    def get_record(self, domain: Domain) -> dict[str, str]:
        """The TXT record's name and value."""
        facts = facts_of(domain)
        return {"type": "TXT", "name": facts.record_name, "value": facts.record_value}

    def to_representation(self, instance: Domain) -> dict[str, Any]:
        """Read the campaigns from the rows that choose this domain."""
        shown = services.shown_domain(instance.pk)
        return {**super().to_representation(shown), "campaigns": services.campaigns_of(shown)}


class DomainViewSet(ApiModelViewSet):
    """Branded hosts. One with links cannot be deleted, and keeps its host."""

    queryset = Domain.objects.all()
    serializer_class = DomainSerializer
    filterset_fields = ("host", "is_active", "is_default")
    ordering_fields = ("host", "created_at")

    def perform_create(self, serializer: BaseSerializer[Domain]) -> None:
        """Make the domain."""
        self._save(Domain(), serializer)

    def perform_update(self, serializer: BaseSerializer[Domain]) -> None:
        """Store the changed domain."""
        self._save(self.get_object(), serializer)

    def _save(self, domain: Domain, serializer: BaseSerializer[Domain]) -> None:
        values = dict(serializer.validated_data)
        campaigns = values.pop("campaigns", None)
        for name, value in values.items():
            setattr(domain, name, value)
        try:
            serializer.instance = services.save_domain(
                domain=domain, campaigns=campaigns, now=timezone.now()
            )
        except LinkRefusedError as error:
            raise DomainNotAcceptedError(error) from error

    @extend_schema(methods=["GET"], responses=DomainCheckSerializer(many=True))
    @extend_schema(methods=["POST"], request=None, responses={201: DomainCheckSerializer})
    @action(detail=True, methods=["get", "post"], filter_backends=[])
    def checks(self, request: Request, pk: str) -> Response:
        """List the domain's checks, newest first, or look at it now."""
        domain = self.get_object()
        if request.method == "POST":
            (made,) = services.check_domains(domains=[domain], now=timezone.now())
            return Response(DomainCheckSerializer(made).data, status=status.HTTP_201_CREATED)
        page = self.paginate_queryset(DomainCheck.objects.filter(domain=domain))
        return self.get_paginated_response(DomainCheckSerializer(page, many=True).data)
