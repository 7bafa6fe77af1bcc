"""Domains in the admin: their form, their health, and the campaigns that use them."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from links.models import CampaignDomain, Domain, DomainCheck
from tests.links.builders import NOW, make_domain, make_link, make_send
from tests.links.web import Web, serve

pytestmark = pytest.mark.django_db
DOMAINS = "/admin/links/domain/"


@pytest.fixture
def page(django_user_model) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("alice"))
    return client


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve() as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def form(**values) -> dict:
    return {"host": "new.example.com", "scheme": "https", "is_active": "on", **values}


def checked(domain: Domain, *, is_serving: bool, words: str = "") -> None:
    problems = [{"code": "not-ours", "message": words, "severity": "error"}] if words else []
    DomainCheck.objects.create(
        domain=domain, checked_at=NOW, has_record=False, is_serving=is_serving, problems=problems
    )


# The form


def test_a_new_default_domain_takes_over(page) -> None:
    old = make_domain(is_default=True)
    page.post(f"{DOMAINS}add/", form(is_default="on"))
    old.refresh_from_db()
    assert not old.is_default
    assert Domain.objects.get(host="new.example.com").is_default


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"host": "not a host"}, "is not a host name"),
        ({"host": "HTTPS://go.example.com/"}, "There is a domain go.example.com already."),
        ({"root_url": "https://a:b@example.com/"}, "password"),
        (
            {"well_known-name": "assetlinks.json", "well_known-content": "[{]"},
            "“assetlinks.json” is no JSON in line 1",
        ),
    ],
)
def test_a_refused_domain_shows_the_reason(page, values, words) -> None:
    make_domain()
    assert words in text(page.post(f"{DOMAINS}add/", form(**values)))
    assert Domain.objects.count() == 1


def test_files_are_added_shown_and_removed_by_emptying_them(page) -> None:
    rows = {"well_known-name": ["security.txt", ""], "well_known-content": ["Contact: x", ""]}
    page.post(f"{DOMAINS}add/", form(**rows))
    domain = Domain.objects.get()
    assert domain.well_known == {"security.txt": "Contact: x"}
    change = f"{DOMAINS}{domain.pk}/change/"
    shown = text(page.get(change))
    assert "Contact: x" in shown
    assert '<option value="assetlinks.json">' in shown
    assert '<option value="security.txt">' not in shown
    page.post(change, form(**{**rows, "well_known-content": ["", ""]}))
    domain.refresh_from_db()
    assert domain.well_known == {}


def test_a_domain_with_links_keeps_its_host_and_stays(page) -> None:
    link = make_link()
    page.post(f"{DOMAINS}{link.domain_id}/change/", form())
    link.domain.refresh_from_db()
    assert link.domain.host == "go.example.com"
    answer = page.post(f"{DOMAINS}{link.domain_id}/delete/", {"post": "yes"})
    assert answer.status_code == 403


# Its health


def test_a_new_domain_shows_the_records_to_add(page, settings) -> None:
    settings.PUBLIC_URL = "https://textrail.example.com"
    domain = make_domain()
    shown = text(page.get(f"{DOMAINS}{domain.pk}/change/"))
    for words in (
        "Not checked",
        'data-copy="textrail.example.com"',
        'data-copy="_textrail.go.example.com"',
        f'data-copy="textrail-verification={domain.verification_token}"',
    ):
        assert words in shown


def test_a_host_of_this_machine_needs_no_records(page, web) -> None:
    domain = make_domain(web.host, scheme="http")
    assert "DNS records to add" not in text(page.get(f"{DOMAINS}{domain.pk}/change/"))


def test_the_list_tells_well_from_unwell(page) -> None:
    checked(make_domain("a.example.com", verified_at=NOW), is_serving=True)
    checked(make_domain("b.example.com"), is_serving=True)
    checked(make_domain("c.example.com"), is_serving=False, words="It answers 404.")
    make_domain("d.example.com")
    make_domain("e.example.com", is_active=False)
    shown = text(page.get(DOMAINS))
    for words in ("Works, not verified", "Does not work", "Not checked", "Switched off"):
        assert words in shown


def test_what_is_wrong_stands_on_the_page(page) -> None:
    domain = make_domain()
    checked(domain, is_serving=False, words="Something else answers: it says 404.")
    shown = text(page.get(f"{DOMAINS}{domain.pk}/change/"))
    assert "Something else answers: it says 404." in shown
    assert "Does not work" in shown


def test_checking_now_says_how_it_went(page, web) -> None:
    domain = make_domain(web.host, scheme="http")
    check = f"{DOMAINS}{domain.pk}/do/check/"
    assert "does not work yet" in text(page.post(check, follow=True))
    web.pages["/.well-known/textrail"] = (200, {}, domain.verification_token)
    assert f"{web.host} works." in text(page.post(check, follow=True))
    assert DomainCheck.objects.count() == 2


def test_whoever_may_only_look_cannot_check(django_user_model, web) -> None:
    bob = django_user_model.objects.create_user("bob", is_staff=True)
    bob.groups.set(Group.objects.filter(name="Campaign managers"))
    client = Client()
    client.force_login(bob)
    domain = make_domain(web.host, scheme="http")
    assert "Check now" not in text(client.get(f"{DOMAINS}{domain.pk}/change/"))
    assert client.post(f"{DOMAINS}{domain.pk}/do/check/").status_code == 403


# The domain of a campaign


def test_a_campaigns_domain_is_chosen_on_its_page(django_user_model) -> None:
    maria = django_user_model.objects.create_user("maria", is_staff=True)
    maria.groups.set(Group.objects.filter(name="Campaign managers"))
    client = Client()
    client.force_login(maria)
    own, off = make_domain("own.example.com"), make_domain("off.example.com", is_active=False)
    campaign = make_send().campaign
    address = f"/admin/campaigns/campaign/{campaign.pk}/change/"
    shown = text(client.get(address))
    assert "own.example.com" in shown
    assert str(off.pk) not in shown
    answer = client.post(
        address,
        {
            "name": campaign.name,
            "short_domain-TOTAL_FORMS": "1",
            "short_domain-INITIAL_FORMS": "0",
            "short_domain-0-domain": str(own.pk),
            "short_domain-0-campaign": str(campaign.pk),
            "sends-TOTAL_FORMS": "0",
            "sends-INITIAL_FORMS": "0",
        },
    )
    assert answer.status_code == 302
    assert CampaignDomain.objects.get(campaign=campaign).domain == own
