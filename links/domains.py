"""Branded domains: which one a new link goes to, and how one is stored."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from campaigns.models import Campaign, Send
from links.changes import announce_on_commit
from links.hosts import HostNotAllowedError, check_host
from links.link_rows import LinkRefusedError, check_addresses
from links.models import CampaignDomain, Domain
from links.well_known import WellKnownFileError, check_files


class NoDomainError(LinkRefusedError):
    """There is no active domain to put a short link on."""

    def __init__(self) -> None:
        super().__init__(
            "There is no active domain yet: add one under Links, Domains.",
            field="domain",
            code="no-domain",
        )


class HostRefusedError(LinkRefusedError):
    """A domain's host is no host name."""


class FileRefusedError(LinkRefusedError):
    """A file under `/.well-known/` cannot be shown."""


def default_domain() -> Domain:
    """Return the domain that new links go to: the default one, else the oldest active one.

    Raises:
        NoDomainError: no domain is active.
    """
    return _first(Domain.objects.order_by("-is_default", "created_at"))


def domain_for(send: Send) -> Domain:
    """Return the domain that a send's new links go to: its campaign's, else the default one.

    A campaign's domain that was switched off counts for nothing. Costs one query.

    Raises:
        NoDomainError: no domain is active.
    """
    chosen = CampaignDomain.objects.filter(domain=OuterRef("pk"), campaign=send.campaign_id)
    domains = Domain.objects.annotate(is_chosen=Exists(chosen))
    return _first(domains.order_by("-is_chosen", "-is_default", "created_at"))


def check_domain(domain: Domain) -> None:
    """Refuse a domain that may not be stored, and write its host in the stored form.

    Raises:
        HostRefusedError: no host name, another domain's, or changed although links stand on it.
        DestinationRefusedError: the root, the fallback or the icon is no allowed web address.
        FileRefusedError: a file under `/.well-known/` has no allowed name or content.
    """
    _check_host(domain)
    check_addresses(domain, "root_url", "fallback_url", "icon_url")
    try:
        domain.well_known = check_files(domain.well_known)
    except WellKnownFileError as error:
        raise FileRefusedError(str(error), field="well_known", code="file-not-allowed") from error


def save_domain(
    *, domain: Domain, now: datetime, campaigns: Sequence[Campaign] | None = None
) -> Domain:
    """Store a domain and tell the redirectors. A new default takes over from the old one.

    With `campaigns`, their new links go here from now on, and those of no other campaign.

    Raises:
        LinkRefusedError: one of the kinds that `check_domain` names.
    """
    check_domain(domain)
    with transaction.atomic():
        if domain.is_default:
            others = Domain.objects.exclude(pk=domain.pk).filter(is_default=True)
            others.update(is_default=False, updated_at=now)
        domain.save()
        if campaigns is not None:
            _choose_for(domain, campaigns)
        announce_on_commit()
    return domain


def shown_domain(domain_id: UUID) -> Domain:
    """Return a domain with its last check."""
    return Domain.objects.with_last_check().get(pk=domain_id)


def campaigns_of(domain: Domain) -> list[UUID]:
    """Return the campaigns whose new links go to a domain."""
    rows = CampaignDomain.objects.filter(domain=domain)
    return list(rows.values_list("campaign", flat=True))


def _choose_for(domain: Domain, campaigns: Sequence[Campaign]) -> None:
    CampaignDomain.objects.filter(domain=domain).exclude(campaign__in=campaigns).delete()
    for campaign in campaigns:
        CampaignDomain.objects.update_or_create(campaign=campaign, defaults={"domain": domain})


def _check_host(domain: Domain) -> None:
    try:
        domain.host = check_host(domain.host)
    except HostNotAllowedError as error:
        raise HostRefusedError(str(error), field="host", code="host-not-allowed") from error
    others = Domain.objects.filter(host=domain.host).exclude(pk=domain.pk)
    if others.exists():
        taken = f"There is a domain {domain.host} already."
        raise HostRefusedError(taken, field="host", code="host-taken")
    moved = Domain.objects.filter(pk=domain.pk).exclude(host=domain.host)
    if not domain._state.adding and moved.exists() and domain.links.exists():
        fixed = "Links on this host stand in messages that were sent; add another domain instead."
        raise HostRefusedError(fixed, field="host", code="host-is-fixed")


def _first(domains: QuerySet[Domain]) -> Domain:
    domain = domains.filter(is_active=True).first()
    if domain is None:
        raise NoDomainError
    return domain
