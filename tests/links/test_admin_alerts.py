"""The pages of broken links in the admin, as a person uses them."""

import pytest
from django.test import Client
from django.utils import timezone

from links.models import Link, LinkAlert, LinkCheck
from tests.links.builders import make_domain, make_link, make_send
from tests.links.test_admin import member, text
from tests.links.web import PAGE, serve

pytestmark = pytest.mark.django_db
ALERTS = "/admin/links/linkalert/"
PROBLEM = {
    "code": "final-status", "message": "It ends in a 404.", "severity": "error", "device": "iphone"
}  # fmt: skip


@pytest.fixture
def link() -> Link:
    return make_link(send=make_send(status="live"))


@pytest.fixture
def alert(link: Link) -> LinkAlert:
    return LinkAlert.objects.create(link=link, opened_at=timezone.now(), problems=[PROBLEM])


@pytest.fixture
def olga(django_user_model) -> Client:
    return member(django_user_model, "view_linkalert", "change_link")


def test_the_list_says_what_broke_and_where(olga: Client, alert: LinkAlert) -> None:
    shown = text(olga.get(ALERTS))
    for word in ("go.example.com/k7Qm2Xa", "It ends in a 404.", "iPhone", "Demo invitation, June"):
        assert word in shown


def test_the_list_can_be_narrowed_to_what_is_broken_now(olga: Client, alert: LinkAlert) -> None:
    other = make_link(code="mended", send=alert.link.send)
    LinkAlert.objects.create(
        link=other, opened_at=timezone.now(), resolved_at=timezone.now(), resolution="mended"
    )
    assert "go.example.com/mended" not in text(olga.get(f"{ALERTS}?state=open"))
    assert "go.example.com/k7Qm2Xa" not in text(olga.get(f"{ALERTS}?state=mended"))


def test_the_page_says_what_to_do(olga: Client, alert: LinkAlert) -> None:
    shown = text(olga.get(f"{ALERTS}{alert.pk}/change/"))
    assert "the same link then leads there" in shown
    assert f"/admin/links/link/{alert.link_id}/change/" in shown


def test_the_page_says_why_nobody_was_told(olga: Client, alert: LinkAlert, settings) -> None:
    page = f"{ALERTS}{alert.pk}/change/"
    assert "has no mail server (EMAIL_URL)" in text(olga.get(page))
    settings.EMAIL_URL, settings.ALERT_EMAILS = "smtp://localhost", []
    assert "has no owner with an e-mail" in text(olga.get(page))
    settings.ALERT_EMAILS = ["team@example.com"]
    assert "Not yet" in text(olga.get(page))
    LinkAlert.objects.update(notified_at=alert.opened_at)
    assert f"{alert.opened_at:%-d %b %Y}" in text(olga.get(page))


def test_a_mended_link_is_found_by_checking_again(olga: Client, settings) -> None:
    with serve({"/page": PAGE}) as web:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [web.host]
        link = make_link(make_domain(web.host, scheme="http"), send=make_send(status="live"))
        alert = LinkAlert.objects.create(link=link, opened_at=timezone.now(), problems=[PROBLEM])
        check = f"{ALERTS}{alert.pk}/do/check/"
        assert "is still broken" in text(olga.post(check, follow=True))
        query = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2"
        web.pages[f"/{link.code}"] = (302, f"/page?{query}")
        assert "It works again" in text(olga.post(check, follow=True))
    alert.refresh_from_db()
    assert alert.resolution == "mended"
    assert "Nothing any more." in text(olga.get(f"{ALERTS}{alert.pk}/change/"))


def test_who_may_not_change_links_cannot_check(django_user_model, alert: LinkAlert) -> None:
    reader = member(django_user_model, "view_linkalert")
    assert "Check again now" not in text(reader.get(f"{ALERTS}{alert.pk}/change/"))
    assert reader.post(f"{ALERTS}{alert.pk}/do/check/").status_code == 403
    assert not LinkCheck.objects.exists()


def test_without_permission_there_is_no_page(django_user_model) -> None:
    assert member(django_user_model, "view_link").get(ALERTS).status_code == 403
