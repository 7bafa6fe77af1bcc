"""The pages of links in the admin, as a person uses them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from links import services
from links.models import Domain, Link, LinkCheck, RecipientLink
from tests.links.builders import (
    NOW,
    make_check,
    make_domain,
    make_link,
    make_message,
    make_send,
    people,
)
from tests.links.web import PAGE, Web, serve

pytestmark = pytest.mark.django_db
LINKS = "/admin/links/link/"


@pytest.fixture
def alice(django_user_model):
    return django_user_model.objects.create_superuser("alice")


@pytest.fixture
def page(alice) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def member(django_user_model, *permissions: str) -> Client:
    user = django_user_model.objects.create_user("bob", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve() as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


def make_served_send(web: Web):
    make_domain(web.host, scheme="http", is_default=True)
    send = make_send(destination_url=f"{web.url}/page")
    make_message(send)
    services.sync_send_links(send, timezone.now())
    link = Link.objects.get()
    query = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2"
    web.pages.update({f"/{link.code}": (302, f"/page?{query}"), "/page": PAGE})
    return send


def form_of(domain: Domain, **values) -> dict:
    return {
        "domain": str(domain.pk),
        "code": "",
        "destination_url": "https://www.example.com/spring",
        "utm_source": "poster",
        "passes_query": "on",
        **values,
    }


# Links


def test_a_replaced_version_is_marked_wherever_its_link_is_shown(page) -> None:
    make_domain(is_default=True)
    send = make_send()
    message = make_message(send, "version-a")
    services.sync_send_links(send, NOW)
    services.upload_recipients(send=send, rows=people("+14155550123"), now=NOW)
    link = Link.objects.get()
    places = [
        (LINKS, "version-a (replaced)"),
        ("/admin/links/recipientlink/", "version-a (replaced)"),
        (f"{LINKS}{link.pk}/change/", "Replaced 10 Jun 2026"),
        (f"/admin/campaigns/send/{send.pk}/change/", "Replaced 10 Jun 2026"),
    ]
    for address, words in places:
        assert words not in text(page.get(address))
    message.retired_at = NOW
    message.save()
    for address, words in places:
        assert words in text(page.get(address))


def test_a_new_link_needs_no_code(page, alice) -> None:
    domain = make_domain()
    answer = page.post(f"{LINKS}add/", form_of(domain))
    assert answer.status_code == 302
    link = Link.objects.get()
    assert len(link.code) == 7
    assert link.created_by == alice


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": "admin"}, "reserved"),
        ({"code": "a b"}, "cannot be a code"),
        ({"destination_url": "ftp://example.com/"}, "valid URL|Only http"),
        ({"destination_url": "https://a:b@example.com/"}, "password"),
    ],
)
def test_a_refused_link_shows_the_reason_at_the_form(page, values, words) -> None:
    import re

    answer = page.post(f"{LINKS}add/", form_of(make_domain(), **values))
    assert re.search(words, text(answer))
    assert not Link.objects.exists()


def test_tags_limit_and_targets_are_stored_from_the_form(page) -> None:
    values = {
        "tags": "Print, spring",
        "tap_limit": "100",
        "targets-0-devices": ["ios"],
        "targets-0-countries": "de",
        "targets-0-url": "https://apps.example/x",
        "targets-1-url": "",
    }
    page.post(f"{LINKS}add/", form_of(make_domain(), **values))
    link = Link.objects.get()
    assert (link.tags, link.tap_limit) == (["print", "spring"], 100)
    assert link.targets == [
        {"devices": ["ios"], "countries": ["DE"], "destination_url": "https://apps.example/x"}
    ]


def test_utm_values_against_the_convention_are_stored_and_warned_about(page) -> None:
    make_send()  # brings a published convention along
    values = {"utm_source": "SMS", "utm_medium": "text", "utm_campaign": "spring-launch"}
    answer = page.post(f"{LINKS}add/", form_of(make_domain(), **values), follow=True)
    assert "“SMS” is not an approved utm_source" in text(answer)
    assert Link.objects.get().utm_source == "SMS"


def test_the_form_offers_the_tags_of_other_links(page) -> None:
    make_link(tags=["spring"])
    assert 'data-tag="spring"' in text(page.get(f"{LINKS}add/"))


def test_a_limit_of_nothing_is_refused_at_the_form(page) -> None:
    answer = page.post(f"{LINKS}add/", form_of(make_domain(), tap_limit="0"))
    assert "A tap limit is at least 1" in text(answer)
    assert not Link.objects.exists()


def test_a_taken_code_is_refused_at_the_form(page) -> None:
    link = make_link(code="spring")
    answer = page.post(f"{LINKS}add/", form_of(link.domain, code="spring"))
    assert "already exists" in text(answer)


def test_a_links_page_shows_address_qr_code_and_hops(page) -> None:
    link = make_link(send=make_send())
    make_check(link, is_ok=False)
    shown = text(page.get(f"{LINKS}{link.pk}/change/"))
    for words in (
        "https://go.example.com/k7Qm2Xa",
        "data-copy",
        "data:image/svg+xml",
        "It ends in a 404.",
        "Not checked yet",
        "Check links now",
    ):
        assert words in shown


def test_a_messages_link_cannot_be_edited_away_from_its_send(page) -> None:
    link = make_link(message=make_message(make_send()))
    page.post(
        f"{LINKS}{link.pk}/change/",
        {"title": "New title", "utm_source": "other", "destination_url": "https://x.example"},
    )
    link.refresh_from_db()
    assert (link.title, link.utm_source) == ("New title", "sms")


def test_links_cannot_be_deleted(page) -> None:
    link = make_link()
    assert page.post(f"{LINKS}{link.pk}/delete/", {"post": "yes"}).status_code == 403


def test_links_are_checked_from_the_list(page, web) -> None:
    make_served_send(web)
    chosen = [str(link.pk) for link in Link.objects.all()]
    answer = page.post(LINKS, {"action": "check_now", "_selected_action": chosen}, follow=True)
    assert "The link works on iPhone, Android and desktop" in text(answer)
    assert LinkCheck.objects.count() == 3


@pytest.mark.parametrize(
    ("ending", "kind", "start"),
    [("svg", "image/svg+xml", b"<svg"), ("png", "image/png", b"\x89PNG")],
)
def test_the_qr_code_is_downloaded_under_the_links_code(page, ending, kind, start) -> None:
    link = make_link()
    answer = page.get(f"{LINKS}{link.pk}/qr.{ending}", {"size": "512", "color": "#0f766e"})
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"] == f'attachment; filename="k7Qm2Xa.{ending}"'
    assert answer.content.startswith(start)


def test_a_code_that_no_camera_could_read_is_refused_in_words(page) -> None:
    link = make_link()
    answer = page.get(f"{LINKS}{link.pk}/qr.png", {"color": "#ffffff"}, follow=True)
    assert "too light" in text(answer)


# Checking from a send's page


def test_looking_at_the_check_page_checks_nothing(page, web) -> None:
    send = make_served_send(web)
    shown = text(page.get(f"{LINKS}check-send/{send.pk}/"))
    assert "1 link will be followed" in shown
    assert web.requests == []


def test_checking_a_sends_links_leads_back_with_the_result(page, web) -> None:
    send = make_served_send(web)
    home = f"/admin/campaigns/send/{send.pk}/change/"
    answer = page.post(f"{LINKS}check-send/{send.pk}/", {"next": home})
    assert answer.status_code == 302
    assert answer["Location"] == home
    assert set(LinkCheck.objects.values_list("device", "is_ok")) == {
        ("iphone", True),
        ("android", True),
        ("desktop", True),
    }
    shown = text(page.get(home))
    assert "The link works on iPhone, Android and desktop" in shown
    assert "Check links now" in shown


def test_a_broken_link_is_told_in_words(page, web) -> None:
    send = make_served_send(web)
    web.pages["/page"] = (404, "")
    answer = page.post(f"{LINKS}check-send/{send.pk}/", follow=True)
    assert "The last page answers 404 instead of 200." in text(answer)


def test_one_link_is_checked_from_its_page(page, web) -> None:
    make_served_send(web)
    link = Link.objects.get()
    answer = page.post(f"{LINKS}{link.pk}/check/")
    assert answer["Location"] == f"{LINKS}{link.pk}/change/"
    assert LinkCheck.objects.filter(link=link).count() == 3


def test_checking_does_not_lead_to_a_foreign_page(page) -> None:
    send = make_send()
    answer = page.post(f"{LINKS}check-send/{send.pk}/", {"next": "https://evil.example/"})
    assert answer["Location"] == f"/admin/campaigns/send/{send.pk}/change/"


def test_a_send_without_links_says_what_is_missing(page) -> None:
    send = make_send()
    assert "There is nothing to check yet" in text(page.get(f"{LINKS}check-send/{send.pk}/"))
    assert "No short links yet" in text(page.get(f"/admin/campaigns/send/{send.pk}/change/"))


def test_whoever_may_add_no_domain_is_told_who_does(django_user_model) -> None:
    address = f"/admin/campaigns/send/{make_send().pk}/change/"
    bob = member(django_user_model, "view_send")
    shown = text(bob.get(address))
    assert "a domain, which Operations add," in shown
    assert "/admin/links/domain/add/" not in shown


def test_whoever_may_only_look_checks_nothing(django_user_model) -> None:
    link = make_link()
    bob = member(django_user_model, "view_link")
    assert bob.get(LINKS).status_code == 200
    assert bob.post(f"{LINKS}{link.pk}/check/").status_code == 403
    assert "Check links now" not in text(bob.get(f"{LINKS}{link.pk}/change/"))


def test_whoever_may_not_look_sees_no_qr_code(django_user_model) -> None:
    link = make_link()
    assert member(django_user_model).get(f"{LINKS}{link.pk}/qr.svg").status_code == 403


# Checks, recipients, domains


def test_checks_are_read_with_their_hops(page) -> None:
    check = make_check(make_link(), is_ok=False)
    assert "go.example.com/k7Qm2Xa" in text(page.get("/admin/links/linkcheck/"))
    shown = text(page.get(f"/admin/links/linkcheck/{check.pk}/change/"))
    assert "It ends in a 404." in shown
    assert "3&nbsp;ms" in shown


def test_a_check_cannot_be_changed_by_hand(page) -> None:
    check = make_check(make_link())
    assert page.get("/admin/links/linkcheck/add/").status_code == 403
    assert page.post(f"/admin/links/linkcheck/{check.pk}/change/", {}).status_code == 403


def add_ann() -> None:
    make_domain(is_default=True)
    send = make_send()
    make_message(send)
    services.sync_send_links(send, NOW)
    services.upload_recipients(
        send=send, rows=people("+14155550123", email="ann@example.com"), now=NOW
    )


def test_recipients_are_masked_for_whoever_may_not_see_personal_data(django_user_model) -> None:
    add_ann()
    shown = text(member(django_user_model, "view_recipientlink").get("/admin/links/recipientlink/"))
    assert "+•••••••••23" in shown
    assert "a•••@example.com" in shown
    assert "4155550123" not in shown


def test_recipients_cannot_be_found_by_a_number_one_may_not_see(django_user_model) -> None:
    add_ann()
    bob = member(django_user_model, "view_recipientlink")
    shown = text(bob.get("/admin/links/recipientlink/", {"q": "14155550123"}))
    assert "+•••••••••23" not in shown


def test_recipients_are_shown_to_whoever_may_see_them(django_user_model) -> None:
    add_ann()
    bob = member(django_user_model, "view_recipientlink", "view_personal_data")
    shown = text(bob.get("/admin/links/recipientlink/", {"q": "14155550123"}))
    assert "+14155550123" in shown
    assert f'data-copy="{RecipientLink.objects.get().short_url}"' in shown


def test_a_link_that_expired_is_told(page) -> None:
    make_link(expires_at=timezone.now() - timedelta(days=1))
    assert "Expired" in text(page.get(LINKS))
