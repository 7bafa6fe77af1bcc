"""The REST resources of this app."""

from django.urls import URLPattern, path
from rest_framework.viewsets import ViewSetMixin

from campaigns.api.campaigns import CampaignViewSet, ChannelViewSet
from campaigns.api.changes import ChangesView
from campaigns.api.checks import CheckConventionView
from campaigns.api.conventions import ConventionViewSet
from campaigns.api.messages import MessageViewSet
from campaigns.api.policies import SendingPolicyViewSet
from campaigns.api.proposed_texts import ProposedTextViewSet
from campaigns.api.sends import SendViewSet
from campaigns.api.spend import SpendViewSet

ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    ("channels", ChannelViewSet),
    ("conventions", ConventionViewSet),
    ("campaigns", CampaignViewSet),
    ("sends", SendViewSet),
    ("messages", MessageViewSet),
    ("proposed-texts", ProposedTextViewSet),
    ("sending-policies", SendingPolicyViewSet),
    ("spend", SpendViewSet),
]
PATHS: list[URLPattern] = [
    path("changes", ChangesView.as_view(), name="changes"),
    path("conventions/check", CheckConventionView.as_view(), name="conventions-check"),
]
