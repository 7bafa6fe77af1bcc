"""What a new team does first, and how far it has come."""

from dataclasses import dataclass

from django.db.models import Exists, Value

from attribution.page_urls import page_url
from campaigns.models import Campaign, Channel, NamingConvention, Send
from crm_sync.models import Connection, Deal
from links.models import Domain
from tracking.models import Source, Touchpoint


@dataclass(frozen=True, slots=True)
class Step:
    """One step, with the page on which it is taken."""

    title: str
    text: str
    url: str
    is_done: bool


_STEPS = (
    ("convention", "Publish the naming convention", "Agree on utm_source, utm_medium and campaign names once; every send is checked against it.", "campaigns_namingconvention_changelist"),
    ("domain", "Add your short domain", "The branded host that your text messages link to.", "links_domain_changelist"),
    ("campaign", "Create a campaign", "A purpose that one or more sends serve.", "campaigns_campaign_add"),
    ("send", "Plan a send and set it live", "Textrail makes its links and checks them as phone and desktop before it may go out.", "campaigns_send_add"),
    ("source", "Add the snippet to your website", "It keeps the click id and fills the hidden fields of your forms.", "tracking_source_changelist"),
    ("crm", "Connect your CRM", "HubSpot or a CSV export: deals turn taps into pipeline and revenue.", "crm_sync_connection_changelist"),
    ("touch", "Watch the first tap arrive", "Tap your own link once; it shows up among the touches within seconds.", "tracking_touchpoint_changelist"),
)  # fmt: skip


def getting_started() -> list[Step]:
    """Return the steps with their state. One query."""
    state = (
        Channel.objects.order_by()
        .annotate(
            one=Value(1),
            convention=Exists(NamingConvention.objects.published()),
            domain=Exists(Domain.objects.filter(is_active=True)),
            campaign=Exists(Campaign.objects.all()),
            send=Exists(Send.objects.filter(live_at__isnull=False)),
            source=Exists(Source.objects.filter(is_active=True)),
            crm=Exists(Connection.objects.all()) | Exists(Deal.objects.all()),
            touch=Exists(Touchpoint.objects.all()),
        )
        .values()
        .first()
    ) or {}
    return [
        Step(title, text, page_url(view), bool(state.get(name)))
        for name, title, text, view in _STEPS
    ]
