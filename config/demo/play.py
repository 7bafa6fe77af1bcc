"""The demo's play: a month of a marketing team's work, in a minute, over real HTTP."""

import csv
import itertools
import random  # noqa: TID251 - a story that repeats, no secret
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from config.demo.admin_client import AdminClient, AdminRefusedError
from config.demo.api_client import ApiClient, ApiRefusedError, gauges
from config.demo.crm import Deals, contact_records
from config.demo.crowd import PREVIEWS, Tap, human_agents
from config.demo.site import Website
from config.demo.stage import Stage
from config.demo.story import Customer, PlannedSend, customers, give_history, planned_sends
from crm_sync.sandbox.server import Sandbox

SETTLE_SECONDS = 120
SEGMENT_RATE = Decimal("0.0079")
"""Dollars for each segment of a text, at a platform's list price."""


@dataclass(slots=True)
class Scene:
    """What the steps share."""

    stage: Stage
    sandbox: Sandbox
    website: Website
    admin: AdminClient
    api: ApiClient
    people: list[Customer]
    sends: list[PlannedSend]
    say: Callable[[str], None]
    connection_id: str = ""


def open_scene(
    *,
    stage: Stage,
    sandbox: Sandbox,
    website: Website,
    api_key: str,
    people: int,
    say: Callable[[str], None],
) -> Scene:
    """Sign in and gather the cast."""
    now = datetime.now(UTC)
    admin = AdminClient(stage.url)
    admin.sign_in(username="admin", password=stage.password)
    cast = customers(people)
    give_history(cast, now=now)
    api = ApiClient(stage.url, key=api_key)
    return Scene(stage, sandbox, website, admin, api, cast, planned_sends(now), say)


def set_up(scene: Scene) -> None:
    """Set up what a team sets up once: the short domain, what a text costs, the website, the CRM."""
    host = f"127.0.0.1:{scene.stage.port}"
    scene.admin.add(
        "links/domain", {"host": host, "scheme": "http", "is_default": "on", "is_active": "on"}
    )
    (policy,) = scene.api.rows("sending-policies", channel="sms")
    scene.api.patch(f"sending-policies/{policy['id']}", {"segment_rate": str(SEGMENT_RATE)})
    page = scene.admin.add(
        "tracking/source",
        {
            "name": "Website",
            "hosts": f"127.0.0.1:{scene.stage.website_port}",
            "is_active": "on",
            "_continue": "Save and continue editing",
        },
    )
    found = re.search(r"wk_[\w-]+", page.text)
    if found is None:
        raise AdminRefusedError("The source's page shows no write key")
    scene.website.write_key = found[0]
    scene.admin.add(
        "crm_sync/connection",
        {
            "name": "HubSpot (sandbox)",
            "slug": "hubspot-sandbox",
            "provider": "hubspot",
            "base_url": scene.sandbox.base_url,
            "token": scene.sandbox.token,
            "is_active": "on",
            "writes_back": "on",
        },
    )
    scene.connection_id = scene.api.rows("connections")[0]["id"]


def plan_sends(scene: Scene) -> None:
    """Create campaigns and sends through the admin's forms; a wrong name is refused first."""
    for planned in scene.sends:
        scene.admin.add("campaigns/campaign", {"name": planned.campaign})
    wrong = _send_form(scene, scene.sends[0]) | {"utm_source": "SMS"}
    try:
        scene.admin.add("campaigns/send", wrong)
    except AdminRefusedError as error:
        scene.say(f"A send with utm_source=SMS is refused: {error}")
    else:
        raise AdminRefusedError("A send with utm_source=SMS was not refused")
    for planned in scene.sends:
        scene.admin.add("campaigns/send", _send_form(scene, planned))


def plan_next_sends(scene: Scene) -> None:
    """Plan two sends again for the coming days, both to one audience: the calendar joins them."""
    three = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)
    for days, name in ((5, "Trial re-engagement, again"), (7, "Trial re-engagement, last call")):
        (first,) = scene.api.rows("sends", utm_campaign=scene.sends[0].utm_campaign)
        draft = scene.api.post(f"sends/{first['id']}/clone", {"name": name})
        scene.api.patch(
            f"sends/{draft['id']}", {"scheduled_at": (three + timedelta(days=days)).isoformat()}
        )


def _send_form(scene: Scene, planned: PlannedSend) -> dict[str, Any]:
    campaigns = {row["name"]: row["id"] for row in scene.api.rows("campaigns")}
    channels = {row["slug"]: row["id"] for row in scene.api.rows("channels")}
    form: dict[str, Any] = {
        "campaign": campaigns[planned.campaign],
        "channel": channels["sms"],
        "name": planned.name,
        "audience": planned.audience,
        "audience_size": len(_audience(scene, planned)),
        "scheduled_at_0": f"{datetime.now(UTC):%Y-%m-%d}",
        "scheduled_at_1": f"{datetime.now(UTC):%H:%M}",
        "destination_url": f"{scene.website.url}{planned.path}?plan=team",
        "utm_source": "sms",
        "utm_medium": "text",
        "utm_campaign": planned.utm_campaign,
        "utm_term": planned.audience,
        "messages-TOTAL_FORMS": len(planned.bodies),
    }
    for number, body in enumerate(planned.bodies):
        form |= {
            f"messages-{number}-body": body,
            f"messages-{number}-utm_content": f"version-{'abc'[number]}",
            f"messages-{number}-share": 100 // len(planned.bodies),
        }
    return form


def _audience(scene: Scene, planned: PlannedSend) -> list[Customer]:
    """Return every customer but the share that a send's position leaves out."""
    position = scene.sends.index(planned)
    return [person for n, person in enumerate(scene.people) if n % len(scene.sends) != position]


def bring_history(scene: Scene) -> None:
    """Report what other channels did in the last weeks, and fill the CRM."""
    now = datetime.now(UTC)
    events: list[dict[str, Any]] = []
    deals = Deals()
    records = contact_records(scene.people, at=now - timedelta(days=90))
    draw = random.Random(23)  # noqa: S311
    for person in scene.people:
        events.extend(_visit(person, *visit) for visit in person.visits)
        if not person.visits:
            continue
        latest = person.visits[-1][0] + timedelta(hours=draw.randrange(1, 40))
        if draw.random() < 0.45:
            events.append(_event("form-submitted", latest, email=person.email))
        if draw.random() < 0.30:
            created_at = min(latest + timedelta(days=draw.randrange(1, 9)), now)
            records.append(deals.of(person, created_at=created_at, now=now))
    records.extend(deals.odd_ones(scene.people[0], at=now - timedelta(days=3)))
    scene.api.send_events(events)
    scene.sandbox.seed(records)
    _sync(scene)
    _spend(scene, now)


def _visit(person: Customer, at: datetime, utm: dict[str, str], referrer: str) -> dict[str, Any]:
    extra = {"utm": utm} if utm else {}
    return _event("visit", at, email=person.email, referrer=referrer, **extra)


def _event(name: str, at: datetime, **facts: Any) -> dict[str, Any]:
    return {
        "event_id": str(uuid.uuid4()),
        "name": name,
        "occurred_at": at.isoformat(),
        **{key: value for key, value in facts.items() if value},
    }


def _cost(recipients: int) -> Decimal:
    """Two segments to each recipient at list price, and the writer's fee, in dollars."""
    return (2 * recipients * SEGMENT_RATE + 450).quantize(Decimal("0.01"))


def _spend(scene: Scene, now: datetime) -> None:
    rows: list[dict[str, Any]] = [
        {
            "platform": "twilio",
            "external_id": planned.utm_campaign,
            "date": now.date().isoformat(),
            "channel": "sms",
            "send": planned.utm_campaign,
            "amount": {
                "amount": str(_cost(len(_audience(scene, planned)))),
                "currency": "USD",
            },
        }
        for planned in scene.sends
    ]
    weekly = (
        ("google_ads", "brand-search", "paid-search", 420),
        ("linkedin", "ops-leaders", "paid-social", 610),
    )
    for week, (platform, name, channel, amount) in itertools.product(range(12), weekly):
        rows.append(
            {
                "platform": platform,
                "external_id": name,
                "date": (now - timedelta(weeks=week)).date().isoformat(),
                "channel": channel,
                "amount": {"amount": f"{amount + 13 * week}.00", "currency": "USD"},
            }
        )
    scene.api.post("spend", {"rows": rows})


def go_live(scene: Scene) -> None:
    """Upload the audiences, check every link on every device, and go live."""
    for planned in scene.sends:
        (send,) = scene.api.rows("sends", utm_campaign=planned.utm_campaign)
        rows = [
            {"phone": person.phone, "email": person.email, "external_id": person.contact_id}
            for person in _audience(scene, planned)
        ]
        scene.api.post(f"sends/{send['id']}/recipients", {"recipients": rows})
        scene.api.post(f"sends/{send['id']}/transition", {"to": "ready"})
        _prove_refusal(scene, send["id"])
        for link in scene.api.rows("links", send=send["id"]):
            scene.api.post(f"links/{link['id']}/checks")
        scene.api.post(f"sends/{send['id']}/transition", {"to": "live"})
        _report_delivery(scene, planned, _audience(scene, planned))


def _prove_refusal(scene: Scene, send_id: str) -> None:
    """Try to go live with links that nobody has checked."""
    try:
        scene.api.post(f"sends/{send_id}/transition", {"to": "live"})
    except ApiRefusedError as error:
        scene.say(f"Going live without a link check is refused: {error}")
    else:
        raise ApiRefusedError("A send went live without a link check")


def _report_delivery(scene: Scene, planned: PlannedSend, audience: list[Customer]) -> None:
    """Tell what the SMS platform tells: nearly all were delivered, and a few opted out."""
    now = datetime.now(UTC)
    utm = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": planned.utm_campaign}
    delivered = [person for n, person in enumerate(audience) if n % 40]
    scene.api.send_events(
        [_event("sms-delivered", now, phone=person.phone, utm=utm) for person in delivered]
    )


def taps(scene: Scene) -> list[Tap]:
    """Return the taps of people and machines on every send's links, in a mixed order."""
    draw, agents = random.Random(24), human_agents()  # noqa: S311
    made: list[Tap] = []
    for planned in scene.sends:
        (send,) = scene.api.rows("sends", utm_campaign=planned.utm_campaign)
        emails = {person.contact_id: person.email for person in scene.people}
        for row in _recipient_links(scene, send["id"]):
            if draw.random() < 0.7:  # The phone fetches a preview of the message
                made.append(Tap(row["short_url"], draw.choice(PREVIEWS)))
            if draw.random() < 0.2:  # A scanner looks before the message is delivered
                made.append(Tap(row["short_url"], "", method="HEAD"))
            if draw.random() < planned.tap_rate:
                signs_up = draw.random() < planned.signup_rate
                email = emails[row["external_id"]] if signs_up else ""
                made.append(Tap(row["short_url"], next(agents), lands=True, email=email))
        for link in scene.api.rows("links", send=send["id"]):
            made.append(Tap(link["short_url"], "", method="HEAD"))
            made.append(Tap(link["short_url"], next(agents), is_prefetch=True))
            made.extend(
                Tap(link["short_url"], next(agents), lands=draw.random() < 0.6)
                for _ in range(len(scene.people) // 20)
            )
    made.extend(Tap(f"{scene.stage.url}/misprint{n}", next(agents)) for n in range(5))
    draw.shuffle(made)
    return made


def _recipient_links(scene: Scene, send_id: str) -> list[dict[str, str]]:
    text = scene.api.text(f"sends/{send_id}/recipients.csv")
    return list(csv.DictReader(text.splitlines()))


def win_deals(scene: Scene) -> None:
    """Let the CRM move: people who came from the sends get deals, and some of them are won."""
    settle(scene)
    now = datetime.now(UTC)
    deals = Deals()
    deals._next_id += 5_000
    draw = random.Random(25)  # noqa: S311
    tapped = [person for person in scene.people if draw.random() < 0.12]
    scene.sandbox.seed([deals.of(person, created_at=now, now=now) for person in tapped])
    _sync(scene)
    scene.sandbox.seed(deals.close_some(0.4, at=datetime.now(UTC)))
    _sync(scene)
    settle(scene)


def _sync(scene: Scene) -> None:
    """Ask for a sync and follow the run that the worker makes of it."""
    earlier = {run["id"] for run in scene.api.rows("sync-runs")}
    scene.api.post(f"connections/{scene.connection_id}/sync")
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        new = [run for run in scene.api.rows("sync-runs") if run["id"] not in earlier]
        if new and new[0]["status"] in {"succeeded", "partial"}:
            return
        if new and new[0]["status"] == "failed":
            raise ApiRefusedError(f"The CRM sync failed: {new[0]['error']}")
        time.sleep(0.2)
    raise ApiRefusedError("The CRM sync did not end; see the demo's logs under var/")


def settle(scene: Scene) -> None:
    """Wait until every tap is read and every change is credited.

    Raises:
        ApiRefusedError: something still waits after two minutes.
    """
    deadline = time.monotonic() + SETTLE_SECONDS
    calm = 0
    while time.monotonic() < deadline:
        waiting = sum(gauges(scene.stage.url, "journal_backlog_bytes", "pending_changes"))
        calm = calm + 1 if waiting == 0 else 0
        if calm == 3:
            return
        time.sleep(0.25)
    raise ApiRefusedError(
        f"Still {waiting:.0f} taps and changes wait; see the demo's logs under var/"
    )


STEPS: tuple[tuple[str, Callable[[Scene], None]], ...] = (
    ("Setting up the domain, the website and the CRM", set_up),
    ("Planning sends in the admin", plan_sends),
    ("Bringing twelve weeks of history", bring_history),
    ("Checking the links and going live", go_live),
    ("Planning the next two sends", plan_next_sends),
)
