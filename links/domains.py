"""Branded domains: which one a new link goes to, and how one is stored."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from campaigns.models import Send
from links.changes import announce_on_commit
from links.hosts import HostNotAllowedError, check_host
from links.link_rows import LinkRefusedError, check_addresses
from links.models import CampaignDomain, Domain


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
        HostRefusedError: not a host name.
        DestinationRefusedError: the root or the fallback is no allowed web address.
    """
    try:
        domain.host = check_host(domain.host)
    except HostNotAllowedError as error:
        raise HostRefusedError(str(error), field="host", code="host-not-allowed") from error
    check_addresses(domain, "root_url", "fallback_url")


def save_domain(*, domain: Domain, now: datetime) -> Domain:
    """Store a domain and tell the redirectors. A new default takes over from the old one.

    Raises:
        LinkRefusedError: one of the kinds that `check_domain` names.
    """
    check_domain(domain)
    with transaction.atomic():
        if domain.is_default:
            others = Domain.objects.exclude(pk=domain.pk).filter(is_default=True)
            others.update(is_default=False, updated_at=now)
        domain.save()
        announce_on_commit()
    return domain


def _first(domains: QuerySet[Domain]) -> Domain:
    domain = domains.filter(is_active=True).first()
    if domain is None:
        raise NoDomainError
    return domain
