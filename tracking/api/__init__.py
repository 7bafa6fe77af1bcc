"""The REST resources of this app."""

from django.urls import URLPattern, path
from rest_framework.viewsets import ViewSetMixin

from tracking.api.channel_rules import ChannelRuleViewSet
from tracking.api.collect import CollectView
from tracking.api.events import EventsView
from tracking.api.exclusions import TrafficExclusionViewSet
from tracking.api.link_taps import LinkTapsView
from tracking.api.people import PersonViewSet

ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    ("channel-rules", ChannelRuleViewSet),
    ("people", PersonViewSet),
    ("traffic-exclusions", TrafficExclusionViewSet),
]
PATHS: list[URLPattern] = [
    path("links/<uuid:link_id>/taps", LinkTapsView.as_view(), name="link-taps"),
    path("events", EventsView.as_view(), name="events"),
    path("collect", CollectView.as_view(), name="collect"),
]
