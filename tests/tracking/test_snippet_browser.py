"""The snippet in a real Chromium, on a website of another origin with a strict policy."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from campaigns.public_ids import encode_id
from tests.tracking.builders import NOW, make_source, make_touch
from tests.tracking.website import Website, open_website
from tracking.models import Click, Event, Source, Touchpoint
from tracking.snippet import snippet_tag

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
UTM = {
    "utm_source": "sms",
    "utm_medium": "text",
    "utm_campaign": "trial-reengagement-june",
    "utm_content": "version-a",
    "utm_term": "dormant",
}
QUERY = "&".join(f"{name}={value}" for name, value in UTM.items())


@pytest.fixture
def context(chromium: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[BrowserContext]:
    # Playwright's event loop runs in this thread; the test itself is ordinary blocking code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        context = browser.new_context(user_agent=AGENT)
        yield context
        browser.close()


@pytest.fixture
def site(live_server: LiveServer) -> Iterator[Website]:
    source = make_source(hosts=("127.0.0.1",))
    with open_website(str(snippet_tag(source, live_server.url)), live_server.url) as site:
        yield site


def wait_for(what: Callable[[], Any], seconds: float = 15) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"It did not happen within {seconds} seconds")


def wait_for_script(page: Page) -> None:
    """Ask from outside: `wait_for_function` asks again by `eval`, which the policy refuses."""
    wait_for(lambda: page.evaluate("Boolean(window.textrail)"))


def submit_form(page: Page) -> None:
    page.fill("input[name=email]", "ana@example.com")
    page.click("button")
    page.wait_for_url("**/thanks")


def make_tap() -> Click:
    click = Click.objects.create(
        occurred_at=NOW, host="go", path="/x", method="GET", grade="likely", reason="browser"
    )
    make_touch(kind="tap", click=click, occurred_at=NOW, evidence_grade=1)
    return click


def test_what_the_landing_page_carried_is_in_the_form_of_the_second_page(
    context: BrowserContext, site: Website
) -> None:
    click = make_tap()
    tr = encode_id(click.pk)
    page = context.new_page()
    page.goto(f"{site.address}/landing?{QUERY}&tr={tr}&gclid=abc")
    visit = wait_for(Event.objects.filter(name="visit").first)
    page.click("a")
    submit_form(page)

    assert site.posted == [{**UTM, "tr": tr, "email": "ana@example.com"}]
    assert visit.utm == UTM
    assert visit.touchpoint == Touchpoint.objects.get()
    click.refresh_from_db()
    assert click.grade == "confirmed"
    assert Event.objects.count() == 1


def test_later_tags_win_and_the_first_are_kept(context: BrowserContext, site: Website) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/landing?utm_source=google&utm_medium=cpc")
    page.goto(f"{site.address}/landing?{QUERY}")
    page.goto(f"{site.address}/signup")
    wait_for_script(page)
    assert page.evaluate("textrail.first.utm_source") == "google"
    assert page.evaluate("textrail.last.utm_source") == "sms"
    submit_form(page)
    assert site.posted[0]["utm_source"] == "sms"
    wait_for(lambda: Touchpoint.objects.count() == 2)


def test_events_and_addresses_are_told_with_the_visitor(
    context: BrowserContext, site: Website
) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/landing?{QUERY}")
    wait_for_script(page)
    page.evaluate("textrail.identify({email: 'ana@example.com'})")
    page.evaluate("textrail.track('demo-booked', {plan: 'pro'})")
    lead = wait_for(Event.objects.filter(goal__event_name="demo-booked").first)
    wait_for(lambda: Event.objects.count() == 3)
    touch = Touchpoint.objects.select_related("identity__person").get()
    assert lead.properties == {"plan": "pro"}
    assert touch.identity is not None
    kinds = touch.identity.person.identities.values_list("kind", flat=True)
    assert set(kinds) == {"visitor", "email"}
    lead.identity.refresh_from_db()
    assert lead.identity.person_id == touch.identity.person_id


def test_a_direct_visit_is_told_once_per_session(context: BrowserContext, site: Website) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/landing")
    wait_for(Event.objects.exists)
    page.click("a")
    wait_for_script(page)
    page.reload()
    wait_for_script(page)
    page.evaluate("textrail.track('marker')")
    wait_for(Event.objects.filter(name="marker").first)
    assert Event.objects.filter(name="visit").count() == 1
    assert Touchpoint.objects.get().channel.slug == "direct"


def test_a_field_the_visitor_filled_is_left_alone(context: BrowserContext, site: Website) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/landing?{QUERY}")
    page.click("a")
    wait_for(lambda: page.evaluate("document.querySelector('[name=utm_source]')?.value"))
    page.evaluate("document.querySelector('[name=utm_source]').value = 'typed'")
    submit_form(page)
    assert site.posted[0]["utm_source"] == "typed"


def test_global_privacy_control_is_respected_when_told(
    context: BrowserContext, site: Website
) -> None:
    context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    page = context.new_page()
    page.goto(f"{site.address}/landing?{QUERY}")
    wait_for_script(page)
    page.evaluate("textrail.track('demo-booked')")
    page.click("a")
    submit_form(page)
    assert site.posted[0]["utm_source"] == ""
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert not Event.objects.exists()


def test_global_privacy_control_is_not_asked_without_the_attribute(
    context: BrowserContext, site: Website
) -> None:
    site.tag = site.tag.replace(" data-gpc", "")
    context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    context.new_page().goto(f"{site.address}/landing?{QUERY}")
    assert wait_for(Event.objects.first).utm == UTM


def test_a_site_that_is_not_the_sources_own_reports_nothing(
    context: BrowserContext, site: Website
) -> None:
    Source.objects.update(hosts=["www.example.com"])
    page = context.new_page()
    with page.expect_event(
        "response", lambda answer: urlsplit(answer.url).path == "/api/v1/collect"
    ) as refused:
        page.goto(f"{site.address}/landing?{QUERY}")
    assert refused.value.status == 403
    assert not Event.objects.exists()
