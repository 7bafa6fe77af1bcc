"""A tap becomes a known lead whose campaign stands in fields of the CRM's contact."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from django.core.management import CommandError, call_command
from django.utils import timezone

from attribution.services import settle_changes
from config.demo.site import Website
from config.servers import free_port
from crm_sync import http
from crm_sync.models import Connection, Contact, SyncRun
from crm_sync.sandbox.server import Sandbox, run_sandbox
from links.models import Link
from tests.crm_sync.sandbox_builders import a_synced_connection
from tests.journeys.installation import Installation, an_installation, go_live
from tests.tracking.builders import make_source
from tests.tracking.click_builders import IPHONE
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SEND = "trial-reengagement-june"
ADA = "ada@acme.example"


@dataclass(frozen=True, slots=True)
class World:
    """Textrail, the customer's website and the CRM, each on a socket of its own."""

    textrail: Installation
    website: Website
    crm: Sandbox
    connection: Connection
    link: Link
    journal: Path

    def read_taps(self) -> None:
        """Bring the taps in."""
        call_command("consume_clicks", "--once", folder=self.journal, stdout=StringIO())

    def sync(self) -> str:
        """Run `manage.py sync_crm`, settle, and return what it says."""
        told = StringIO()
        try:
            call_command("sync_crm", stdout=told, stderr=told)
        except CommandError as error:
            told.write(str(error))
        while settle_changes(now=timezone.now()):
            pass
        return told.getvalue()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(http, "SHORTEST_PAUSE", 0.0)
    monkeypatch.setattr(http, "LONGEST_PAUSE", 0.0)
    with run_sandbox() as crm, a_website(tmp_path) as (textrail, website):
        link = go_live(textrail.api, utm_campaign=SEND, landing_page=f"{website.url}/trial")
        seed_contact(crm, "21", ADA)
        connection = a_synced_connection(crm, writes_back=True)
        yield World(textrail, website, crm, connection, link, tmp_path / "journal")


@contextmanager
def a_website(folder: Path) -> Iterator[tuple[Installation, Website]]:
    """Serve the demo's website beside an installation that may check links to it."""
    host = f"127.0.0.1:{free_port()}"
    with (
        an_installation(folder, LINK_CHECK_ALLOWED_PRIVATE_HOSTS=host) as textrail,
        Website(
            port=urlsplit(f"//{host}").port or 0,
            textrail_url=textrail.url,
            api_key=textrail.api_key,
        ) as website,
    ):
        website.write_key = make_source(hosts=(host,)).write_key
        yield textrail, website


def seed_contact(crm: Sandbox, key: str, email: str) -> None:
    """Put a contact into the CRM, as a salesperson would."""
    properties = {"firstname": "Ada", "lastname": "Stone", "email": email}
    crm.seed([{"kind": "contacts", "id": key, "properties": properties}])


def land(world: World, location: str) -> None:
    """Report the page view as the snippet does."""
    query = dict(parse_qsl(urlsplit(location).query))
    event = {
        "event_id": f"visit-{query['tr']}",
        "name": "visit",
        "visitor_id": "browser-1",
        "tr": query["tr"],
        "utm": {name: value for name, value in query.items() if name.startswith("utm_")},
        "page_url": location,
    }
    answer = requests.post(
        f"{world.textrail.url}/api/v1/collect",
        json={"key": world.website.write_key, "events": [event]},
        headers={"User-Agent": IPHONE, "Origin": world.website.url},
        timeout=30,
    )
    assert answer.status_code == 204, answer.text


def sign_up(world: World, location: str) -> None:
    """Post the page's form with the fields that the snippet has filled."""
    query = dict(parse_qsl(urlsplit(location).query))
    form = {**query, "email": ADA, "goal": "trial-started"}
    answer = requests.post(f"{world.website.url}/signup", data=form, timeout=60)
    assert answer.status_code == 200, answer.text


def become_a_lead(world: World) -> None:
    """Tap, land and sign up."""
    location = world.textrail.tap(world.link.short_url).headers["Location"]
    land(world, location)
    sign_up(world, location)
    world.read_taps()


def test_the_campaign_of_a_tap_stands_in_the_crm_contacts_own_fields(world: World) -> None:
    become_a_lead(world)

    told = world.sync()

    assert "Written to CRM contacts: 1, refused: 0, put off: 0" in told
    person = Contact.objects.get(external_id="21").identity.person
    assert person.original_utm_campaign == SEND
    assert person.original_channel is not None
    assert person.original_channel.slug == "sms"
    touch = Touchpoint.objects.get()
    assert (touch.kind, touch.evidence_grade) == ("tap", 0)
    fields = world.crm.store.content()["contacts"]["21"]
    assert fields["sms_first_campaign"] == f"For {SEND}"
    assert fields["sms_utm_campaign"] == SEND
    assert fields["sms_first_channel"] == "SMS"
    assert (fields["sms_utm_source"], fields["sms_utm_medium"]) == ("sms", "text")
    assert moment(fields["sms_first_touch_at"]) - touch.occurred_at < timedelta(milliseconds=1)
    row = world.textrail.send_row(SEND)
    assert (int(row["leads_sourced"]), int(row["human_taps"])) == (1, 1)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_crm_that_answers_500_is_a_visible_failure_and_the_rest_goes_on(world: World) -> None:
    world.crm.misbehave(status=500, times=1000)

    told = world.sync()

    assert "Not everything could be taken over" in told
    (run,) = world.textrail.api.rows("sync-runs")
    assert run["status"] == SyncRun.Status.FAILED
    assert "500" in run["error"] or "internal error" in run["error"]
    become_a_lead(world)
    assert world.textrail.send_row(SEND)["human_taps"] == 1

    world.crm.behave()
    told = world.sync()

    assert "Written to CRM contacts: 1, refused: 0, put off: 0" in told
    runs = world.textrail.api.rows("sync-runs")
    assert [run["status"] for run in runs] == ["succeeded", "failed"]
