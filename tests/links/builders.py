"""Plain functions that make the rows the link tests depend on."""

from datetime import UTC, datetime
from typing import Any

from campaigns.models import Campaign, Channel, Message, NamingConvention, Send
from links.audience_rows import AudienceRow
from links.models import Domain, Link, LinkCheck

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def make_domain(host: str = "go.example.com", **values: Any) -> Domain:
    return Domain.objects.create(**{"host": host, "is_default": False, **values})


def make_link(domain: Domain | None = None, code: str = "k7Qm2Xa", **values: Any) -> Link:
    if domain is None:
        domain = Domain.objects.filter(host="go.example.com").first() or make_domain()
    defaults = {
        "destination_url": "https://www.example.com/trial",
        "utm_source": "sms",
        "utm_medium": "text",
        "utm_campaign": "demo-invite-q2",
    }
    return Link.objects.create(domain=domain, code=code, **{**defaults, **values})


def make_send(utm_campaign: str = "demo-invite-q2", **values: Any) -> Send:
    channel, _ = Channel.objects.get_or_create(slug="sms", defaults={"name": "SMS"})
    convention = NamingConvention.objects.filter(
        channel=channel, status="published"
    ).first() or NamingConvention.objects.create(
        channel=channel, status="published", sources=["sms"], mediums=["text"]
    )
    campaign, _ = Campaign.objects.get_or_create(name="Demo invitations")
    defaults = {
        "name": "Demo invitation, June",
        "destination_url": "https://www.example.com/trial",
        "campaign": campaign,
        "channel": channel,
        "convention": convention,
    }
    return Send.objects.create(utm_campaign=utm_campaign, **{**defaults, **values})


def make_message(send: Send, utm_content: str = "", **values: Any) -> Message:
    defaults = {"body": "See the demo: {link}", "share": 100}
    return Message.objects.create(send=send, utm_content=utm_content, **{**defaults, **values})


def make_check(
    link: Link, device: str = "iphone", *, is_ok: bool = True, checked_at: datetime = NOW
) -> LinkCheck:
    return LinkCheck.objects.create(
        link=link,
        device=device,
        is_ok=is_ok,
        checked_at=checked_at,
        final_url="https://www.example.com/trial",
        final_status=200 if is_ok else 404,
        hops=[{"url": link.short_url, "status": 302, "milliseconds": 3}],
        problems=[]
        if is_ok
        else [{"code": "final-status", "message": "It ends in a 404.", "severity": "error"}],
    )


def people(*phones: str, **details: str) -> list[AudienceRow]:
    """Return rows with these numbers, each with the same details."""
    return [AudienceRow(number, phone, **details) for number, phone in enumerate(phones, start=1)]
