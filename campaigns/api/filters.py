"""Filters whose names are those of the fields, not of the database's joins."""

from django_filters.rest_framework import CharFilter, FilterSet

from campaigns.models import NamingConvention, Send, Spend


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
            "utm_campaign": ["exact", "icontains"],
            "scheduled_at": ["gte", "lte"],
        }


class SpendFilter(ByChannel):
    """Filters of `spend`."""

    class Meta:
        model = Spend
        fields = {
            "platform": ["exact"],
            "external_id": ["exact"],
            "campaign": ["exact"],
            "send": ["exact"],
            "date": ["exact", "gte", "lte"],
        }
