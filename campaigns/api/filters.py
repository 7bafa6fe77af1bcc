"""Filters whose names are those of the fields, not of the database's joins."""

from django_filters.rest_framework import CharFilter, FilterSet

from campaigns.models import NamingConvention, Send, SendingPolicy, Spend


class ByChannel(FilterSet):
    """`?channel=sms`."""

    channel = CharFilter(field_name="channel__slug")


class ConventionFilter(ByChannel):
    """Filters of `conventions`."""

    class Meta:
        model = NamingConvention
        fields = ("channel", "status", "version")


class SendFilter(ByChannel):
    """Filters of `sends`."""

    class Meta:
        model = Send
        fields = {
            "status": ["exact"],
            "campaign": ["exact"],
            "name": ["icontains"],
            "audience": ["exact", "icontains"],
            "utm_campaign": ["exact", "icontains"],
            "scheduled_at": ["gte", "lte", "isnull"],
            "live_at": ["gte", "lte"],
            "cloned_from": ["exact"],
        }


class SendingPolicyFilter(ByChannel):
    """Filters of `sending-policies`."""

    class Meta:
        model = SendingPolicy
        fields = ("channel", "needs_approval")


class SpendFilter(ByChannel):
    """Filters of `spend`."""

    class Meta:
        model = Spend
        fields = {
            "platform": ["exact"],
            "external_id": ["exact"],
            "campaign": ["exact"],
            "send": ["exact"],
            "kind": ["exact"],
            "date": ["exact", "gte", "lte"],
        }
