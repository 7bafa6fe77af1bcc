"""Credit rules over REST: read, make versions, retire, activate, make one the default."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from attribution.definitions import rule_in_words
from attribution.models import CreditRule
from attribution.services import (
    DefaultRuleError,
    create_rule_version,
    make_default,
    retire_rule,
)
from attribution.weights import InvalidRuleError
from campaigns.api_base import ApiReadOnlyViewSet


class DefaultRuleRefusedError(APIException):
    """The default rule cannot be retired, a retired one cannot be the default."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "default-rule"


class CreditRuleSerializer(serializers.ModelSerializer):
    """A version of a rule, with its definition in words."""

    definition = serializers.SerializerMethodField()
    is_active = serializers.SerializerMethodField()

    class Meta:
        model = CreditRule
        fields = (
            "id", "slug", "version", "name", "kind", "parameters", "lookback_days",
            "contact_mode", "is_default", "is_active", "retired_at", "definition",
        )  # fmt: skip
        read_only_fields = ("version", "is_default", "retired_at")
        validators: list[Any] = []

    def get_definition(self, rule: CreditRule) -> str:
        """Return what the rule does, in two sentences."""
        return rule_in_words(
            kind=rule.kind,
            parameters=rule.parameters,
            lookback_days=rule.lookback_days,
            contact_mode=rule.contact_mode,
        )

    def get_is_active(self, rule: CreditRule) -> bool:
        """Return whether the ledger keeps credit under it."""
        return rule.retired_at is None


class CreditRuleViewSet(mixins.CreateModelMixin, ApiReadOnlyViewSet):
    """Credit rules. A POST with a known slug starts that rule's next version."""

    queryset = CreditRule.objects.all()
    serializer_class = CreditRuleSerializer
    filterset_fields = ("slug", "kind", "is_default")
    ordering_fields = ("position", "slug", "version")

    def perform_create(self, serializer: Any) -> None:
        """Start the version and post its credit.

        Raises:
            ValidationError: the parameters mean nothing.
        """
        fields = {"parameters": {}, "lookback_days": 90, "contact_mode": "roles_else_company"}
        try:
            serializer.instance = create_rule_version(
                **{**fields, **serializer.validated_data}, now=timezone.now()
            )
        except InvalidRuleError as error:
            raise serializers.ValidationError({error.field: [str(error)]}) from error

    @extend_schema(request=None, responses=CreditRuleSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Stop keeping credit under the rule: what it holds is reversed.

        Raises:
            DefaultRuleRefusedError: it is the default rule.
        """
        rule = self.get_object()
        try:
            retire_rule(rule=rule, now=timezone.now())
        except DefaultRuleError as error:
            raise DefaultRuleRefusedError(str(error)) from error
        return Response(self.get_serializer(rule).data)

    @extend_schema(request=None, responses=CreditRuleSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Put a retired version's definition in force again, as the rule's next version."""
        old = self.get_object()
        rule = old
        if old.retired_at is not None:
            rule = create_rule_version(
                slug=old.slug,
                name=old.name,
                kind=old.kind,
                parameters=old.parameters,
                lookback_days=old.lookback_days,
                contact_mode=old.contact_mode,
                now=timezone.now(),
            )
        return Response(self.get_serializer(rule).data)

    @extend_schema(request=None, responses=CreditRuleSerializer)
    @action(detail=True, methods=["post"], url_path="make-default")
    def make_default(self, request: Request, pk: str) -> Response:
        """Let reports open with this rule.

        Raises:
            DefaultRuleRefusedError: it is retired.
        """
        rule = self.get_object()
        try:
            make_default(rule=rule)
        except DefaultRuleError as error:
            raise DefaultRuleRefusedError(str(error)) from error
        return Response(self.get_serializer(rule).data)


RULE_ROUTES: list[tuple[str, type[ViewSetMixin]]] = [("credit-rules", CreditRuleViewSet)]
