"""`POST conventions/check`. It takes 10,000 links, so its answer is made of plain dicts."""

from collections import Counter
from collections.abc import Callable
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
from campaigns.html_links import links_in_html
from campaigns.link_extraction import Found, links_in_text
from campaigns.link_sources import MOST_LINKS, TooManyLinksError, limited
from campaigns.linter import ConventionUnusableError, usable_rules
from campaigns.models import Channel, NamingConvention
from campaigns.published_rules import NoConventionError, published_convention
from campaigns.tagged_urls import check_url

LONGEST_URL = 8000
LONGEST_TEXT = 5_000_000
_INPUTS = ("urls", "utm", "html", "text")
_READERS: dict[str, Callable[[str], Found]] = {"html": links_in_html, "text": links_in_text}


class UrlListField(serializers.ListField):
    """A list of addresses, looked at as a whole; one by one only where something is wrong."""

    def run_child_validation(self, data: Any) -> Any:
        """Return the addresses as they came."""
        if all(type(url) is str and len(url) <= LONGEST_URL for url in data):
            joined = "".join(data)
            if joined.isascii() and "\0" not in joined:
                return data
        return super().run_child_validation(data)


class CheckSerializer(serializers.Serializer):
    """What to check: addresses, one set of UTM values, a page of HTML, or any text."""

    urls = UrlListField(
        child=serializers.CharField(
            max_length=LONGEST_URL, allow_blank=True, trim_whitespace=False
        ),
        max_length=MOST_LINKS,
        required=False,
    )
    utm = serializers.DictField(
        child=serializers.CharField(max_length=2000, allow_blank=True, trim_whitespace=False),
        required=False,
    )
    html = serializers.CharField(
        max_length=LONGEST_TEXT,
        allow_blank=True,
        trim_whitespace=False,
        required=False,
        help_text="A page whose links are checked",
    )
    text = serializers.CharField(
        max_length=LONGEST_TEXT,
        allow_blank=True,
        trim_whitespace=False,
        required=False,
        help_text="Any text whose links are checked",
    )
    channel = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Channel.objects.all(),
        required=False,
        help_text="Its published convention is used; `sms` where nothing is named",
    )
    convention = serializers.PrimaryKeyRelatedField(
        queryset=NamingConvention.objects.select_related("channel").prefetch_related("tokens"),
        required=False,
        help_text="Check by this version, which may be a draft",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the inputs, and for one way to name the rules."""
        if sum(name in attrs for name in _INPUTS) != 1:
            raise serializers.ValidationError("Send one of “urls”, “utm”, “html” and “text”.")
        if "channel" in attrs and "convention" in attrs:
            raise serializers.ValidationError("Send either “channel” or “convention”.")
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
    line = serializers.IntegerField(required=False, help_text="Of `html` or `text`, from 1")
    ok = serializers.BooleanField()
    violations = ViolationSerializer(many=True)
    suggested = serializers.JSONField(help_text="Passes when checked in turn; null if unknown")
    channels = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Predicted channel per tool"
    )


class VerdictsSerializer(serializers.Serializer):
    """The verdicts, in the order of the inputs."""

    results = VerdictSerializer(many=True)
    left_out = serializers.DictField(
        child=serializers.IntegerField(),
        required=False,
        help_text="Of `html` or `text`: what was not checked, such as relative links, by kind",
    )


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
        judge = _Judge(_rules(data))
        if "urls" in data:
            return Response({"results": [judge.url(url) for url in data["urls"]]})
        if "utm" in data:
            return Response({"results": [judge.values(data["utm"])]})
        found = _found(data)
        results = [{**judge.url(link.url), "line": link.line} for link in found.links]
        return Response({"results": results, "left_out": Counter(found.left_out)})


def _rules(data: dict[str, Any]) -> Convention:
    field = "convention" if "convention" in data else "channel"
    try:
        stored = data.get("convention") or published_convention(
            data.get("channel") or Channel.objects.get(slug="sms")
        )
        return usable_rules(stored, today=timezone.localdate())
    except (NoConventionError, ConventionUnusableError, Channel.DoesNotExist) as error:
        message = serializers.ErrorDetail(str(error), code="convention-missing")
        raise serializers.ValidationError({field: [message]}) from error


def _found(data: dict[str, Any]) -> Found:
    name = "html" if "html" in data else "text"
    try:
        return limited(_READERS[name](data[name]))
    except TooManyLinksError as error:
        message = serializers.ErrorDetail(str(error), code="too-many-links")
        raise serializers.ValidationError({name: [message]}) from error


class _Judge:
    """Judges by one convention and puts the verdicts into the answer's shape."""

    def __init__(self, rules: Convention) -> None:
        self._rules = rules
        self._predict = channel_oracle.predictor()

    def url(self, url: str) -> dict[str, Any]:
        """Return the verdict on an address."""
        verdict = check_url(url, self._rules)
        return self._answer(url, verdict.violations, verdict.suggested, verdict.utm)

    def values(self, utm: dict[str, str]) -> dict[str, Any]:
        """Return the verdict on a set of values."""
        verdict = check(utm, self._rules)
        return self._answer(utm, verdict.violations, verdict.suggested, utm)

    def _answer(
        self, given: Any, violations: tuple[Violation, ...], suggested: Any, utm: dict[str, str]
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "input": given,
            "ok": not violations,
            "violations": [_as_dict(violation) for violation in violations],
            "suggested": suggested,
        }
        channels = self._predict(utm)
        if channels is not None:
            answer["channels"] = channels
        return answer


def _as_dict(violation: Violation) -> dict[str, str]:
    return {
        "field": violation.field,
        "value": violation.value,
        "rule": violation.rule,
        "message": violation.message,
        "suggestion": violation.suggestion,
    }
