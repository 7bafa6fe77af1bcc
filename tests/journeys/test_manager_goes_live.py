"""A campaign manager plans a send in the browser, and only a checked one goes live."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect, sync_playwright

from campaigns.models import Send
from links.models import LinkCheck
from tests.journeys.installation import Installation, an_installation
from tests.links.web import PAGE, Web, serve

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def website() -> Iterator[Web]:
    with serve({"/trial": PAGE}) as website:
        yield website


@pytest.fixture
def textrail(tmp_path: Path, website: Web) -> Iterator[Installation]:
    with an_installation(tmp_path, LINK_CHECK_ALLOWED_PRIVATE_HOSTS=website.host) as textrail:
        yield textrail


@pytest.fixture
def page(chromium: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    # Playwright's event loop runs in this thread; the test itself is ordinary blocking code
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.on("dialog", lambda dialog: dialog.accept())
        yield page
        browser.close()


@pytest.fixture
def manager() -> Any:
    """Make a user who is a campaign manager and nothing else."""
    user = get_user_model().objects.create_user("maria", password="correct horse", is_staff=True)
    user.groups.add(Group.objects.get(name="Campaign managers"))
    return user


def sign_in(page: Page, textrail: Installation) -> None:
    page.goto(f"{textrail.url}/admin/")
    page.fill("#id_username", "maria")
    page.fill("#id_password", "correct horse")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{textrail.url}/admin/")


def add_campaign(page: Page, textrail: Installation) -> None:
    page.goto(f"{textrail.url}/admin/campaigns/campaign/add/")
    page.fill("#id_name", "Trial win-back")
    page.click("[name=_save]")
    expect(page.get_by_text("was added successfully")).to_be_visible()


def choose_campaign(page: Page) -> None:
    page.click("[aria-labelledby=select2-id_campaign-container]")
    page.fill(".select2-search__field", "Trial win")
    page.get_by_role("option", name="Trial win-back").click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fill_in_a_send_with_wrong_names(page: Page, textrail: Installation, website: Web) -> None:
    page.goto(f"{textrail.url}/admin/campaigns/send/add/")
    choose_campaign(page)
    page.fill("#id_name", "Trial re-engagement, June")
    page.fill("#id_audience_size", "1200")
    page.fill("#id_destination_url", f"{website.url}/trial")
    page.fill("#id_utm_source", "SMS")
    page.fill("#id_utm_campaign", "Trial June")
    page.fill("#id_messages-0-body", "Your trial waits: {link} Reply STOP to opt out")
    page.click("[name=_save]")


def take_the_suggestions(page: Page) -> None:
    expect(page.get_by_text("“SMS” is not an approved utm_source")).to_be_visible()
    expect(page.get_by_text("“Trial June” has a space")).to_be_visible()
    assert not Send.objects.exists()
    press(page, "Use “sms”")
    press(page, "Use “trial-june”")
    expect(page.locator("#id_utm_source")).to_have_value("sms")
    expect(page.locator("#id_utm_campaign")).to_have_value("trial-june")
    page.click("[name=_save]")


def test_a_manager_is_led_from_a_wrong_name_to_a_live_send(
    page: Page, textrail: Installation, website: Web, manager: Any
) -> None:
    sign_in(page, textrail)
    add_campaign(page, textrail)
    fill_in_a_send_with_wrong_names(page, textrail, website)
    take_the_suggestions(page)

    expect(page.get_by_text("Next: mark it as ready.")).to_be_visible()
    press(page, "Mark as ready")
    expect(page.get_by_text("is now ready")).to_be_visible()
    press(page, "Go live")
    expect(page.get_by_text("on phone and desktop: not checked yet.").first).to_be_visible()
    assert Send.objects.get().status == "ready"

    press(page, "Check links now")
    expect(page.get_by_text("The link works on phone and desktop")).to_be_visible()
    checks = set(LinkCheck.objects.values_list("device", "is_ok"))
    assert checks == {("phone", True), ("desktop", True)}
    press(page, "Go live")
    expect(page.get_by_text("is now live")).to_be_visible()

    send = Send.objects.get()
    assert (send.status, send.utm_source, send.utm_campaign) == ("live", "sms", "trial-june")
    assert send.created_by == manager
