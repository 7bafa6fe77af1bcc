"""The builder inside a send's form: what it answers while people type, and how that looks."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django import DjangoAssertNumQueries
from pytest_django.live_server_helper import LiveServer

from campaigns.models import Message, Send
from tests.campaigns.builders import a_channel, a_message, a_send, a_superuser, a_user
from tests.campaigns.test_admin import TEXT, form_data, outsider, signed_in

URL = "/admin/campaigns/send/preview/"


def part(name: str) -> str:
    return f"part-{a_channel().pk}-{name}"


def ask(client: Client, send: Send | None = None, /, **fields: Any) -> dict[str, Any]:
    address = f"{URL}?send={send.pk}" if send else URL
    answer = client.post(address, form_data(**fields))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def client() -> Client:
    return signed_in(a_superuser())


@pytest.mark.django_db
class TestAnswer:
    def test_the_address_is_what_the_page_asks(self, client: Client) -> None:
        assert reverse("admin:campaigns_send_preview") == URL
        page = client.get(reverse("admin:campaigns_send_add")).content.decode()
        assert f'data-preview="{URL}"' in page

    def test_every_place_of_the_page_gets_its_part(self, client: Client) -> None:
        slots = ask(client)["slots"]
        page = client.get(reverse("admin:campaigns_send_add")).content.decode()

        assert all(f'id="{place}"' in page for place in slots)
        assert "utm_campaign=trial-reengagement-june" in slots["builder-reports"]
        assert "Your trial waits:" in slots["messages-0-preview"]
        assert "1,200" in slots["builder-summary"]

    def test_a_wrong_value_is_explained_with_a_button(self, client: Client) -> None:
        slots = ask(client, utm_source="SMS")["slots"]

        assert 'data-fill="id_utm_source" data-value="sms"' in slots["utm_source-verdict"]
        assert slots["utm_medium-verdict"] == ""

    def test_a_value_that_is_still_empty_is_left_in_peace(self, client: Client) -> None:
        assert ask(client, utm_campaign="", utm_source="")["slots"]["utm_source-verdict"] == ""

    def test_a_name_nearly_used_before_is_named_with_its_day(self, client: Client) -> None:
        a_send("trials-reengagement-june", name="Win back")

        verdict = ask(client)["slots"]["utm_campaign-verdict"]

        assert "trials-reengagement-june" in verdict
        assert "by “Win back”" in verdict

    def test_a_stored_send_is_shown_as_its_form_stands_and_stays_as_it_is(
        self, client: Client
    ) -> None:
        send = a_send("trial-may")
        message = a_message(send)
        typed = {"messages-0-id": str(message.pk), "messages-0-body": "Newer {link} STOP"}

        slots = ask(client, send, utm_campaign="trial-june", **typed)["slots"]

        assert "Newer" in slots["messages-0-preview"]
        assert "utm_campaign=trial-june" in slots["builder-reports"]
        send.refresh_from_db()
        message.refresh_from_db()
        assert (send.utm_campaign, message.body) == ("trial-may", TEXT)

    def test_the_texts_of_a_live_send_are_the_stored_ones(self, client: Client) -> None:
        send = a_send(status="live")
        a_message(send)

        slots = ask(client, send, **{"messages-0-body": "Other"})["slots"]

        assert "Your trial waits:" in slots["messages-0-preview"]
        assert "Share evenly" not in slots["builder-summary"]

    def test_versions_are_told_the_names_they_will_get(self, client: Client) -> None:
        more = {"messages-TOTAL_FORMS": "2", "messages-1-body": "B {link} STOP"}

        answer = ask(client, **{**more, "messages-1-share": "100"})

        assert answer["placeholders"] == {
            "id_messages-0-utm_content": "version-a",
            "id_messages-1-utm_content": "version-b",
        }
        assert "50 + 50 = 100 %" in answer["slots"]["builder-summary"]

    def test_a_version_to_be_removed_is_left_out(self, client: Client) -> None:
        more = {"messages-TOTAL_FORMS": "2", "messages-0-DELETE": "on", "messages-1-body": "B"}

        slots = ask(client, **more)["slots"]

        assert "messages-0-preview" not in slots
        assert "messages-1-preview" in slots

    def test_parts_make_the_name_and_a_name_its_parts(self, client: Client) -> None:
        made = ask(client, utm_campaign="", **{part("topic"): "demo", part("period"): "q2"})
        taken = ask(client, utm_campaign="demo-invite-q2")

        assert made["name"] == "demo-q2"
        assert taken["name"] == ""
        assert taken["parts"] == {part("topic"): "demo-invite", part("period"): "q2"}

    def test_periods_are_offered_around_the_planned_day(self, client: Client) -> None:
        options = ask(client, scheduled_at_0="2027-02-10", scheduled_at_1="09:00")["options"]

        periods = options[f"id_{part('period')}_options"]
        assert periods[:4] == ["february", "q1", "2027-02", "february-2027"]
        assert "may" in periods
        assert options["id_utm_source_options"] == ["sms"]

    def test_the_planned_time_is_told_by_the_recipients_clock(self, client: Client) -> None:
        typed = {"scheduled_at_0": "2026-12-10", "scheduled_at_1": "03:00"}

        note = ask(client, time_zone="America/New_York", **typed)["slots"]["time_zone-verdict"]

        assert "Wednesday, 9 December 2026, 22:00 in New York: in the quiet hours" in note

    def test_what_was_typed_is_escaped(self, client: Client) -> None:
        evil = "<script>x</script>"
        typed = {"utm_campaign": evil, "destination_url": f"https://a.example/{evil}"}

        slots = ask(client, name=evil, **typed, **{"messages-0-body": evil})["slots"]

        assert not any("<script" in html for html in slots.values())
        assert "&lt;script&gt;" in slots["messages-0-preview"]

    def test_it_costs_as_many_queries_for_five_versions_as_for_one(
        self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        more = {f"messages-{index}-body": TEXT for index in range(5)}
        with django_assert_max_num_queries(22):
            ask(client, **{**more, "messages-TOTAL_FORMS": "5"})


@pytest.mark.django_db
class TestRefusals:
    def test_it_only_answers_a_post(self, client: Client) -> None:
        assert client.get(URL).status_code == 405

    def test_an_outsider_is_refused(self) -> None:
        assert outsider().post(URL, form_data()).status_code == 403

    def test_whoever_may_only_look_is_refused(self) -> None:
        viewer = signed_in(a_user("bob", "campaigns.view_send"))

        assert viewer.post(URL, form_data()).status_code == 403

    def test_adding_and_changing_are_two_permissions(self) -> None:
        send = a_send()
        adder = signed_in(a_user("ann", "campaigns.add_send"))

        assert adder.post(URL, form_data()).status_code == 200
        assert adder.post(f"{URL}?send={send.pk}", form_data()).status_code == 403

    def test_nobody_signed_in_is_sent_to_the_door(self) -> None:
        assert Client().post(URL, form_data()).status_code == 302

    @pytest.mark.parametrize(
        "fields",
        [
            {"channel": "nonsense"},
            {"channel": "01900000-0000-7000-8000-000000000000"},
            {"channel": ""},
            {"audience_size": "-5"},
            {"audience_size": "9" * 400},
            {"audience_size": "٣"},
            {"scheduled_at_0": "soon", "scheduled_at_1": "25:61"},
            {"time_zone": "../../etc/passwd"},
            {"utm_campaign": "nul\0"},
            {"utm_campaign": "x" * 100_000},
            {"destination_url": "https://[::1"},
            {"destination_url": "javascript:alert(1)"},
            {"messages-TOTAL_FORMS": "1000000"},
            {"messages-TOTAL_FORMS": "many"},
            {"messages-0-body": "ж" * 500_000},
            {"messages-0-share": "-1"},
            {"messages-0-share": "1e9"},
            {"messages-0-id": "nonsense"},
        ],
        ids="-".join,
    )
    def test_garbage_is_shown_and_nothing_stored(
        self, client: Client, fields: dict[str, str]
    ) -> None:
        ask(client, **fields)

        assert not Send.objects.exists()
        assert not Message.objects.exists()

    @pytest.mark.parametrize("send", ["nonsense", "", "01900000-0000-7000-8000-000000000000"])
    def test_a_send_that_does_not_exist_is_a_new_one(self, client: Client, send: str) -> None:
        assert client.post(f"{URL}?send={send}", form_data()).status_code == 200

    def test_an_empty_form_is_no_error(self, client: Client) -> None:
        assert client.post(URL, {}).status_code == 200

    def test_another_sends_message_is_not_shown(self, client: Client) -> None:
        secret = a_message(a_send("other-june"), "Secret {link}")

        slots = ask(client, **{"messages-0-id": str(secret.pk), "messages-0-body": ""})["slots"]

        assert "Secret" not in slots["messages-0-preview"]

    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=80))
    def test_no_text_makes_it_fail(self, client: Client, text: str) -> None:
        text = text.encode("utf-8", "replace").decode()
        fields = ("utm_campaign", "utm_source", "destination_url", "time_zone", part("topic"))

        ask(client, **dict.fromkeys(fields, text), **{"messages-0-body": text})


@pytest.fixture
def page(chromium: str, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Open the form of a new send."""
    a_superuser("root")
    a_send("demo-invite-q2", name="Demo invite")
    # Playwright's event loop runs in this thread; the test itself is ordinary blocking code
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/admin/")
        page.fill("#id_username", "root")
        page.fill("#id_password", "correct horse")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{live_server.url}/admin/")
        page.goto(f"{live_server.url}/admin/campaigns/send/add/")
        yield page
        # A preview on its way is waited for, or it meets the next test's empty database.
        page.wait_for_load_state("networkidle")
        browser.close()
        connection.close()
    assert not complaints


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestInTheBrowser:
    def test_typing_changes_what_is_shown_and_a_suggestion_is_taken(self, page: Page) -> None:
        page.get_by_label("Topic").fill("Demo invites")
        page.get_by_label("Period").fill("q2")
        expect(page.locator("#id_utm_campaign")).to_have_value("demo-invites-q2")
        expect(page.locator("#utm_campaign-verdict")).to_contain_text("by “Demo invite”")
        expect(page.locator("#builder-reports")).to_contain_text("utm_campaign=demo-invites-q2")

        page.fill("#id_utm_source", "SMS")
        page.get_by_role("button", name="Use “sms”").click()
        expect(page.locator("#id_utm_source")).to_have_value("sms")
        expect(page.locator("#utm_source-verdict")).to_be_empty()

        page.fill("#id_utm_campaign", "trial-june")
        expect(page.get_by_label("Topic")).to_have_value("trial")
        expect(page.get_by_label("Period")).to_have_value("june")
        assert not Send.objects.filter(utm_campaign__startswith="trial").exists()

    def test_a_text_is_read_on_the_phone_and_made_cheaper(self, page: Page) -> None:
        phone = page.locator("#messages-0-preview")
        page.fill("#id_messages-0-body", "It’s time: {link} Reply STOP")
        expect(phone.locator("mark")).to_have_text("’")
        expect(phone.locator(".sb-link")).to_contain_text("https://")

        phone.get_by_role("button", name="Write ' for ’").click()
        expect(page.locator("#id_messages-0-body")).to_have_value("It's time: {link} Reply STOP")
        expect(phone).to_contain_text("GSM-7")
        expect(page.locator("#id_messages-0-body")).to_be_focused()

    def test_a_second_version_is_added_and_shares_are_evened(self, page: Page) -> None:
        page.fill("#id_messages-0-body", "A {link} STOP")
        page.get_by_text("Add another Version").click()
        page.fill("#id_messages-1-body", "B {link} STOP")
        expect(page.locator("#id_messages-1-utm_content")).to_have_attribute(
            "placeholder", "version-b"
        )
        expect(page.locator("#id_messages-0-share")).to_have_value("50")

        page.fill("#id_messages-0-share", "70")
        expect(page.locator("#builder-summary")).to_contain_text("70 + 50 = 120 %, not 100 %")
        page.get_by_role("button", name="Share evenly").click()
        expect(page.get_by_role("button", name="Share evenly")).to_be_focused()
        expect(page.locator("#builder-summary")).to_contain_text("50 + 50 = 100 %")

        page.locator(".sb-version .delete-template").first.click()
        expect(page.locator("#id_messages-0-body")).to_have_value("B {link} STOP")
        expect(page.locator("#id_messages-0-share")).to_have_value("100")

    def test_a_server_out_of_reach_is_said_calmly_and_it_goes_on(self, page: Page) -> None:
        page.route(f"**{URL}", lambda route: route.abort())
        page.fill("#id_utm_source", "SMS")
        expect(page.locator("#send-builder")).to_contain_text("The preview is paused")
        expect(page.locator("#id_utm_source")).to_have_value("SMS")

        page.unroute(f"**{URL}")
        page.fill("#id_utm_medium", "text")
        expect(page.locator("#send-builder")).to_be_empty()
        expect(page.locator("#utm_source-verdict")).to_contain_text("not an approved")
