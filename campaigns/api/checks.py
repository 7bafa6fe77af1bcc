"""`POST conventions/check`."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import channel_oracle
from campaigns.api_base import ApiView
from campaigns.convention_rules import Convention
from campaigns.conventions import Violation, check
from campaigns.models import Channel
from campaigns.published_rules import NoConventionError, published_convention, rules_of
from campaigns.tagged_urls import check_url

MOST_URLS = 1000
LONGEST_URL = 8000


class CheckSerializer(serializers.Serializer):
    """What to check: addresses, or one set of UTM values."""

    urls = serializers.ListField(
        child=serializers.CharField(
            max_length=LONGEST_URL, allow_blank=True, trim_whitespace=False
        ),
        max_length=MOST_URLS,
        required=False,
    )
    utm = serializers.DictField(
        child=serializers.CharField(max_length=2000, allow_blank=True, trim_whitespace=False),
        required=False,
    )
    channel = serializers.SlugRelatedField(
        slug_field="slug", queryset=Channel.objects.all(), required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the two."""
        if ("urls" in attrs) == ("utm" in attrs):
            raise serializers.ValidationError("Send either “urls” or “utm”.")
        return attrs


class ViolationSerializer(serializers.Serializer):
    """One broken rule."""

    field = serializers.CharField()
    value = serializers.CharField()
    rule = serializers.CharField()
    message = serializers.CharField()
    suggestion = serializers.CharField()


class VerdictSerializer(serializers.Serializer):
    """The verdict on one input."""

    input = serializers.JSONField()
    ok = serializers.BooleanField()
    violations = ViolationSerializer(many=True)
    suggested = serializers.JSONField(help_text="Passes when checked in turn; null if unknown")
    channels = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Predicted channel per tool"
    )


class VerdictsSerializer(serializers.Serializer):
    """The verdicts, in the order of the inputs."""

    results = VerdictSerializer(many=True)


class CheckConventionView(ApiView):
    """Check UTM values or addresses against a channel's published convention."""

    required_scope = "read"
    required_permission = "campaigns.view_namingconvention"

    @extend_schema(request=CheckSerializer, responses=VerdictsSerializer)
    def post(self, request: Request) -> Response:
        """Return one verdict per address, or one for the set of values."""
        wanted = CheckSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        data = wanted.validated_data
        rules = _rules(data.get("channel"))
        if "urls" in data:
            return Response({"results": [_judge_url(url, rules) for url in data["urls"]]})
        return Response({"results": [_judge_utm(data["utm"], rules)]})


def _rules(channel: Channel | None) -> Convention:
    try:
        stored = published_convention(channel or Channel.objects.get(slug="sms"))
    except (NoConventionError, Channel.DoesNotExist) as error:
        message = serializers.ErrorDetail(str(error), code="convention-missing")
        raise serializers.ValidationError({"channel": [message]}) from error
    return rules_of(stored, today=timezone.localdate())


def _judge_utm(utm: dict[str, str], rules: Convention) -> dict[str, Any]:
    verdict = check(utm, rules)
    return _answer(utm, verdict.violations, verdict.suggested, utm)


def _judge_url(url: str, rules: Convention) -> dict[str, Any]:
    verdict = check_url(url, rules)
    return _answer(url, verdict.violations, verdict.suggested, verdict.utm)


def _answer(
    given: Any, violations: tuple[Violation, ...], suggested: Any, utm: dict[str, str]
) -> dict[str, Any]:
    answer = {
        "input": given,
        "ok": not violations,
        "violations": [ViolationSerializer(violation).data for violation in violations],
        "suggested": suggested,
    }
    channels = channel_oracle.predict(utm)
    return answer if channels is None else {**answer, "channels": channels}
