"""`POST links/bulk`: many links at once, each with its own result."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api_base import ApiView, acting_user
from campaigns.import_rows import ImportResult, RowError, RowResult
from links.api_serializers import LinkSerializer, TargetSerializer
from links.domains import NoDomainError, default_domain
from links.link_import import LinkImport, import_links
from links.models import Domain

MOST_AT_ONCE: Final = 500


class BulkLinkSerializer(serializers.Serializer[Any]):
    """A link to be made; only the destination must be there."""

    destination_url = serializers.CharField(max_length=2000)
    title = serializers.CharField(required=False, allow_blank=True)
    domain = serializers.CharField(required=False, allow_blank=True, help_text="Its host")
    code = serializers.CharField(required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    utm_source = serializers.CharField(required=False, allow_blank=True)
    utm_medium = serializers.CharField(required=False, allow_blank=True)
    utm_campaign = serializers.CharField(required=False, allow_blank=True)
    utm_content = serializers.CharField(required=False, allow_blank=True)
    utm_term = serializers.CharField(required=False, allow_blank=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    tap_limit = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    fallback_url = serializers.CharField(required=False, allow_blank=True)
    passes_query = serializers.BooleanField(required=False)
    targets = TargetSerializer(many=True, required=False)


class BulkLinksSerializer(serializers.Serializer[Any]):
    """The links to be made."""

    links = BulkLinkSerializer(many=True, help_text=f"Up to {MOST_AT_ONCE}")


class RowErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with a field, or worth knowing."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    suggestion = serializers.CharField()


class BulkLinkResultSerializer(serializers.Serializer[Any]):
    """What became of a link, counted from 1."""

    row = serializers.IntegerField()
    status = serializers.ChoiceField(["created", "unchanged", "rejected"])
    link = LinkSerializer(allow_null=True)
    errors = RowErrorSerializer(many=True)  # type: ignore[assignment]  # a field, not the property
    warnings = RowErrorSerializer(many=True)


class BulkLinkResultsSerializer(serializers.Serializer[Any]):
    """Counts, and what became of each link."""

    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = BulkLinkResultSerializer(many=True)


class LinkBulkView(ApiView):
    """Many links at once; a bad one never blocks its neighbours."""

    required_permission = "links.add_link"

    @extend_schema(
        request=BulkLinksSerializer,
        responses=BulkLinkResultsSerializer,
        parameters=[OpenApiParameter("dry_run", bool, description="Say what would become of them")],
    )
    def post(self, request: Request) -> Response:
        """Make links, or with `dry_run=true` only say what would become of each.

        Raises:
            ValidationError: no list of links, too many, or no domain to put them on.
        """
        items = _items(request.data)
        is_dry = request.query_params.get("dry_run", "").lower() in {"1", "true"}
        hosts = set(Domain.objects.filter(is_active=True).values_list("host", flat=True))
        read = [_read(item, hosts) for item in items]
        rows = [row for row, errors in read if not errors]
        made = iter(
            import_links(
                rows=rows,
                plan=LinkImport(_domain()),
                by=acting_user(request),
                now=timezone.now(),
                dry_run=is_dry,
            ).rows
        )
        results = [
            RowResult(number, "rejected", errors) if errors else next(made)
            for number, (_, errors) in enumerate(read, start=1)
        ]
        return Response(_body(results, with_links=not is_dry))


def _items(data: Any) -> list[Any]:
    items = data.get("links") if isinstance(data, Mapping) else None
    if not isinstance(items, list):
        raise serializers.ValidationError(
            {"links": ['Send {"links": [{"destination_url": "…"}]}.']}
        )
    if len(items) > MOST_AT_ONCE:
        message = f"At most {MOST_AT_ONCE} links at once; these are {len(items)}."
        raise serializers.ValidationError({"links": [message]})
    return items


def _domain() -> Domain:
    try:
        return default_domain()
    except NoDomainError as error:
        raise serializers.ValidationError({"domain": [str(error)]}) from error


def _read(item: Any, hosts: set[str]) -> tuple[dict[str, str], tuple[RowError, ...]]:
    """Return an item as a row of a table, or what its shape has wrong."""
    given = BulkLinkSerializer(data=item)
    if not given.is_valid():
        return {}, tuple(_errors(given.errors))
    host = given.validated_data.get("domain", "").lower()
    if host and host not in hosts:
        message = f"{host} is none of your active domains."
        return {}, (RowError("domain", "does-not-exist", message),)
    return {name: _cell(value) for name, value in given.validated_data.items()}, ()


def _errors(found: Mapping[str, Any]) -> Iterable[RowError]:
    for field, details in found.items():
        detail = details[0] if isinstance(details, list) and details else details
        code = str(getattr(detail, "code", "invalid")).replace("_", "-")
        yield RowError(field, code, detail if isinstance(detail, str) else "It cannot be read.")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        is_texts = all(isinstance(each, str) for each in value)
        return ",".join(value) if is_texts else json.dumps(value)
    return "" if value is None else str(value)


def _body(rows: Sequence[RowResult], *, with_links: bool) -> dict[str, Any]:
    counted = ImportResult(tuple(rows))
    return {
        **{status: counted.count(status) for status in ("created", "unchanged", "rejected")},
        "results": [
            {
                "row": number,
                "status": row.status,
                "link": LinkSerializer(row.stored).data if with_links and row.stored else None,
                "errors": RowErrorSerializer(row.errors, many=True).data,
                "warnings": RowErrorSerializer(row.warnings, many=True).data,
            }
            for number, row in enumerate(rows, start=1)
        ],
    }
