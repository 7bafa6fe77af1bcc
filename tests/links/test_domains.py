"""Which domain a send's new links go to, and what a stored domain may say."""

import pytest

from links.domains import NoDomainError, domain_for
from links.models import CampaignDomain, Domain
from tests.links.builders import make_domain, make_send

pytestmark = pytest.mark.django_db


def choose(send, domain: Domain) -> None:
    CampaignDomain.objects.create(campaign=send.campaign, domain=domain)


def test_a_send_goes_to_the_default_domain() -> None:
    make_domain("old.example.com")
    default = make_domain(is_default=True)
    assert domain_for(make_send()) == default


def test_a_campaigns_own_domain_wins() -> None:
    make_domain(is_default=True)
    own = make_domain("own.example.com")
    send = make_send()
    choose(send, own)
    assert domain_for(send) == own


def test_a_campaigns_domain_that_was_switched_off_counts_for_nothing() -> None:
    default = make_domain(is_default=True)
    send = make_send()
    choose(send, make_domain("own.example.com", is_active=False))
    assert domain_for(send) == default


def test_without_an_active_domain_there_is_none() -> None:
    make_domain(is_active=False)
    with pytest.raises(NoDomainError):
        domain_for(make_send())
