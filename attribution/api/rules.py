"""Credit rules over REST: read, make versions, retire, activate, make one the default."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from attribution.definitions import rule_in_words
from attribution.models import CreditRule
from attribution.presets import PRESETS, Preset, preset_json
from attribution.services import (
    DefaultRuleError,
    NotFittableError,
    activate_rule,
    create_rule_version,
    fit_rule,
    make_default,
    proposed_fit,
    retire_rule,
)
from attribution.weights import InvalidRuleError
from campaigns.api_base import ApiReadOnlyViewSet


class DefaultRuleRefusedError(APIException):
    """The default rule cannot be retired, a retired one cannot be the default."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "default-rule"


class NotFittableRefusedError(APIException):
    """There are too few journeys to fit shares on."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "not-fittable"


class CreditRuleSerializer(serializers.ModelSerializer):
    """A version of a rule, with its definition in words."""

    preset = serializers.ChoiceField(choices=list(PRESETS), write_only=True, required=False)
    definition = serializers.SerializerMethodField()
    is_active = serializers.SerializerMethodField()

    class Meta:
        model = CreditRule
        fields = (
            "id", "slug", "version", "name", "kind", "parameters", "lookback_days",
            "contact_mode", "is_default", "is_active", "retired_at", "definition",
            "preset",
        )  # fmt: skip
        read_only_fields = ("version", "is_default", "retired_at")
        extra_kwargs = {name: {"required": False} for name in ("slug", "name", "kind")}
        validators: list[Any] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what makes a rule, unless a preset says it."""
        if self.instance is None and "preset" not in attrs:
            missing = [name for name in ("slug", "name", "kind") if name not in attrs]
            if missing:
                raise serializers.ValidationError(
                    {key: ["This field is required."] for key in missing}
                )
        return attrs

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


class FitSerializer(serializers.Serializer):
    """Whether a fit is only looked at."""

    preview = serializers.BooleanField(default=False)


class CreditRuleViewSet(mixins.CreateModelMixin, ApiReadOnlyViewSet):
    """Credit rules. A POST with a known slug, or a PATCH, starts that rule's next version."""

    queryset = CreditRule.objects.all()
    serializer_class = CreditRuleSerializer
    filterset_fields = ("slug", "kind", "is_default")
    ordering_fields = ("position", "slug", "version")

    def perform_create(self, serializer: Any) -> None:
        """Start the version and post its credit.

        Raises:
            ValidationError: the parameters mean nothing.
            NotFittableRefusedError: a data-driven rule finds too few journeys.
        """
        given = serializer.validated_data
        preset = PRESETS.get(given.pop("preset", ""))
        serializer.instance = _version({**_defaults(preset), **given})

    @extend_schema(request=CreditRuleSerializer, responses=CreditRuleSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Start the rule's next version with what is given changed; the slug stays."""
        rule = self.get_object()
        serializer = self.get_serializer(rule, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        given = {**serializer.validated_data, "slug": rule.slug}
        return self._shown(_version({**_fields(rule), **given}))

    def destroy(self, request: Request, pk: str) -> Response:
        """Retire the rule: the ledger names every version, so none is erased.

        Raises:
            DefaultRuleRefusedError: it is the default rule.
        """
        _retired(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=False)
    def presets(self, request: Request) -> Response:
        """List the rules nearest to other tools', and what stays different."""
        return Response({"results": [preset_json(preset) for preset in PRESETS.values()]})

    @extend_schema(request=FitSerializer, responses=CreditRuleSerializer)
    @action(detail=True, methods=["post"])
    def fit(self, request: Request, pk: str) -> Response:
        """Fit a data-driven rule on today's journeys, as its next version.

        With `"preview": true` nothing is changed and the answer shows the shares before and after.

        Raises:
            NotFittableRefusedError: there are too few journeys.
        """
        rule = self.get_object()
        wanted = FitSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        try:
            if wanted.validated_data["preview"]:
                proposal = proposed_fit(rule=rule, now=timezone.now())
                return Response({"before": rule.parameters, "after": proposal})
            return self._shown(fit_rule(rule=rule, now=timezone.now()))
        except NotFittableError as error:
            raise NotFittableRefusedError(str(error)) from error

    @extend_schema(request=None, responses=CreditRuleSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Stop keeping credit under the rule: what it holds is reversed.

        Raises:
            DefaultRuleRefusedError: it is the default rule.
        """
        return self._shown(_retired(self.get_object()))

    @extend_schema(request=None, responses=CreditRuleSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Put a retired version's definition in force again, as the rule's next version."""
        return self._shown(activate_rule(rule=self.get_object(), now=timezone.now()))

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
        return self._shown(rule)

    def _shown(self, rule: CreditRule) -> Response:
        return Response(self.get_serializer(rule).data)


def _retired(rule: CreditRule) -> CreditRule:
    """Retire a rule; refuse in the API's words."""
    try:
        retire_rule(rule=rule, now=timezone.now())
    except DefaultRuleError as error:
        raise DefaultRuleRefusedError(str(error)) from error
    return rule


def _defaults(preset: Preset | None) -> dict[str, Any]:
    """Return what a new rule says where its author says nothing."""
    if preset is None:
        return {"parameters": {}, "lookback_days": 90, "contact_mode": "roles_else_company"}
    return {
        "slug": preset.slug,
        "name": preset.name,
        "kind": preset.kind,
        "parameters": preset.parameters,
        "lookback_days": preset.lookback_days,
        "contact_mode": preset.contact_mode,
    }


def _version(fields: dict[str, Any]) -> CreditRule:
    """Start a version; refuse in the API's words."""
    try:
        return create_rule_version(**fields, now=timezone.now())
    except InvalidRuleError as error:
        raise serializers.ValidationError({error.field: [str(error)]}) from error
    except NotFittableError as error:
        raise NotFittableRefusedError(str(error)) from error


def _fields(rule: CreditRule) -> dict[str, Any]:
    names = ("slug", "name", "kind", "parameters", "lookback_days", "contact_mode")
    return {name: getattr(rule, name) for name in names}


RULE_ROUTES: list[tuple[str, type[ViewSetMixin]]] = [("credit-rules", CreditRuleViewSet)]
