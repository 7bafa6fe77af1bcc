"""How a domain's state is named, and which records it still needs."""

import pytest

from links.domain_views import COLORS, domain_view, health_of
from links.models import DomainCheck
from tests.links.builders import NOW, make_domain


@pytest.mark.parametrize(
    ("is_active", "is_serving", "is_verified", "words"),
    [
        (True, True, True, "Works"),
        (True, True, False, "Works, not verified"),
        (True, False, True, "Does not work"),
        (True, None, False, "Not checked"),
        (False, True, True, "Switched off"),
    ],
)
def test_each_state_has_its_words_and_a_color(is_active, is_serving, is_verified, words) -> None:
    assert words in COLORS
    assert words == health_of(is_active=is_active, is_serving=is_serving, is_verified=is_verified)


@pytest.mark.django_db
def test_a_record_is_done_once_it_was_found() -> None:
    domain = make_domain()
    DomainCheck.objects.create(domain=domain, checked_at=NOW, has_record=False, is_serving=True)
    assert [record.is_done for record in domain_view(domain).records] == [True, False]


@pytest.mark.django_db
def test_a_host_of_this_machine_needs_none(settings) -> None:
    settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = ["go.example.com"]
    assert domain_view(make_domain()).records == []
