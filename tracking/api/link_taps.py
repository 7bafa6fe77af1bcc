"""`links/{id}/taps`: a link's taps by day and by what they were made with."""

from datetime import UTC, date, timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api_base import ApiView
from links.models import Link
from tracking.link_series import Share, days_of, shares_of
from tracking.link_taps import PERMISSION

MOST_DAYS = 366
_USUAL_DAYS = 30


class TapRangeSerializer(serializers.Serializer):
    """The first and the last day asked for; without them the last 30 days."""

    def get_fields(self) -> dict[str, Any]:
        """Name the fields: `from` is a word of Python's."""
        return {
            "from": serializers.DateField(required=False, help_text="First day, UTC"),
            "to": serializers.DateField(required=False, help_text="Last day, UTC"),
        }

    def validate(self, attrs: dict[str, date]) -> dict[str, date]:
        """Fill in what is missing.

        Raises:
            ValidationError: it ends before it begins, or is longer than a year.
        """
        last = attrs.get("to") or timezone.now().astimezone(UTC).date()
        first = attrs.get("from") or last - timedelta(days=_USUAL_DAYS - 1)
        if first > last:
            raise serializers.ValidationError({"from": f"{first} is after {last}."})
        if (last - first).days >= MOST_DAYS:
            raise serializers.ValidationError({"from": f"Ask for {MOST_DAYS} days at most."})
        return {"from": first, "to": last}


class TapCountSerializer(serializers.Serializer):
    """Taps by people and by machines."""

    human_taps = serializers.IntegerField()
    machine_taps = serializers.IntegerField()


class TapDaySerializer(TapCountSerializer):
    """The taps of a day (UTC)."""

    date = serializers.DateField()


class TapShareSerializer(TapCountSerializer):
    """One value of a dimension; empty where it is not known."""

    value = serializers.CharField()


class TapBreakdownSerializer(serializers.Serializer):
    """What taps were made with, and the reasons of their grades."""

    device = TapShareSerializer(many=True)
    os = TapShareSerializer(many=True)
    browser = TapShareSerializer(many=True)
    country = TapShareSerializer(many=True)
    reason = TapShareSerializer(many=True)


class LinkTapsSerializer(TapCountSerializer):
    """A link's taps in a range of days, those without taps included."""

    days = TapDaySerializer(many=True)
    breakdown = TapBreakdownSerializer()


class LinkTapsView(ApiView):
    """A link's taps over time."""

    required_permission = PERMISSION

    @extend_schema(parameters=[TapRangeSerializer], responses=LinkTapsSerializer)
    def get(self, request: Request, link_id: Any) -> Response:
        """Answer with the taps by day, and by device, system, browser, country and reason."""
        link = get_object_or_404(Link, pk=link_id)
        asked = TapRangeSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        first, last = asked.validated_data["from"], asked.validated_data["to"]
        days = days_of(link, start=first, end=last)
        shares = shares_of(link, start=first, end=last)
        return Response(
            {
                "human_taps": sum(people for people, _ in days.values()),
                "machine_taps": sum(machines for _, machines in days.values()),
                "days": [
                    {"date": day, **_counts(*days.get(day, (0, 0)))}
                    for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
                ],
                "breakdown": {
                    dimension: [_share(each) for each in shares.get(dimension, ())]
                    for dimension in ("device", "os", "browser", "country", "reason")
                },
            }
        )


def _counts(people: int, machines: int) -> dict[str, int]:
    return {"human_taps": people, "machine_taps": machines}


def _share(share: Share) -> dict[str, Any]:
    return {"value": share.value, **_counts(share.human_count, share.machine_count)}
