"""The REST resource of broken links."""

from typing import Any

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.viewsets import ViewSetMixin

from campaigns.api_base import ApiReadOnlyViewSet
from links.alert_words import advice_for
from links.models import LinkAlert


class AlertProblemSerializer(serializers.Serializer[Any]):
    """What was found, and as which device."""

    code = serializers.CharField()
    message = serializers.CharField()
    severity = serializers.CharField()
    device = serializers.CharField()


class LinkAlertSerializer(serializers.ModelSerializer[LinkAlert]):
    """A live link that broke. `resolved_at` is null while it is broken."""

    short_url = serializers.CharField(source="link.short_url", read_only=True)
    send = serializers.UUIDField(source="link.send_id", read_only=True, allow_null=True)
    send_name = serializers.CharField(source="link.send.name", read_only=True, default=None)
    problems = AlertProblemSerializer(many=True, read_only=True)
    advice = serializers.SerializerMethodField()

    class Meta:
        model = LinkAlert
        fields = (
            "id", "link", "short_url", "send", "send_name", "opened_at", "problems", "advice",
            "notified_at", "resolved_at", "resolution",
        )  # fmt: skip

    def get_advice(self, alert: LinkAlert) -> list[str]:
        """Return what a person can do about it."""
        return advice_for(alert.problems)


class LinkAlertFilter(filters.FilterSet):
    """`is_open` keeps what is broken now, or what is not."""

    is_open = filters.BooleanFilter("resolved_at", lookup_expr="isnull")
    send = filters.UUIDFilter("link__send")

    class Meta:
        model = LinkAlert
        fields = ("link",)


class LinkAlertViewSet(ApiReadOnlyViewSet):
    """Live links that broke, with what to do."""

    queryset = LinkAlert.objects.select_related("link__domain", "link__send")
    serializer_class = LinkAlertSerializer
    filterset_class = LinkAlertFilter
    ordering_fields = ("opened_at", "resolved_at")


ALERT_ROUTES: list[tuple[str, type[ViewSetMixin]]] = [("link-alerts", LinkAlertViewSet)]
