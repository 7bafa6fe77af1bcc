"""A campaign manager uploads a thousand people, watches them being added, and takes the links."""

import csv
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from links.models import Link, RecipientLink
from tests.journeys.browser import Desk
from tests.journeys.installation import Installation
from tests.journeys.manager_pages import GOOD_TEXT, open_send
from tests.links.web import Web

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
_A_WORKER_STARTS = 120_000
"""Milliseconds until a story fails because the worker it waits for does nothing."""
PHONES = [f"+1415{5550000 + place:07d}" for place in range(1000)]


@pytest.fixture
def start_worker(textrail: Installation) -> Iterator[Callable[[], None]]:
    """Start a worker when asked; it ends before the test's rows do."""
    started: list[subprocess.Popen[bytes]] = []
    yield lambda: started.append(textrail.start_worker())
    for process in started:
        process.kill()
        process.wait()


def a_planned_link(textrail: Installation, landing_page: str) -> Link:
    campaign = textrail.api.post("campaigns", {"name": "Trial win-back"})
    send = textrail.api.post(
        "sends",
        {
            "campaign": campaign["id"],
            "channel": "sms",
            "name": "Trial re-engagement",
            "destination_url": landing_page,
            "utm_campaign": "trial-reengagement-june",
            "messages": [{"body": GOOD_TEXT}],
        },
    )
    return Link.objects.get(send=send["id"])


def a_file_of_people(folder: Path) -> Path:
    path = folder / "lapsed-trials.csv"
    rows = [f"Person {place},{phone}" for place, phone in enumerate(PHONES)]
    path.write_text("\n".join(["Full name,Mobile phone", *rows, "Nobody,nonsense"]))
    return path


def download(desk: Desk, name: str, folder: Path) -> list[dict[str, str]]:
    with desk.page.expect_download() as begun:
        desk.page.get_by_role("link", name=name).click()
    path = folder / begun.value.suggested_filename
    begun.value.save_as(path)
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_a_thousand_people_get_a_thousand_links(
    desk_of: Callable[..., Desk],
    textrail: Installation,
    website: Web,
    start_worker: Callable[[], None],
    tmp_path: Path,
) -> None:
    link = a_planned_link(textrail, f"http://{website.host}/trial")
    assert link.send is not None
    maria = desk_of("maria", "Campaign managers")
    open_send(maria, link.send)
    maria.sees("Nobody is uploaded yet")
    maria.page.set_input_files("#audience-file", a_file_of_people(tmp_path))
    maria.press("Upload")
    maria.sees("lapsed-trials.csv", "Waiting for a worker")
    expect(maria.page.get_by_role("progressbar")).to_be_visible()
    maria.page.reload()
    maria.sees("Waiting for a worker")

    start_worker()
    done = maria.page.get_by_text("1,000 new")  # the page renews itself
    expect(done).to_be_visible(timeout=_A_WORKER_STARTS)
    maria.sees("1 invalid", "Done")
    expect(maria.page.locator("[data-audience-count=recipients]")).to_have_text("1,000")
    expect(maria.page.get_by_role("progressbar")).to_have_count(0)

    results = download(maria, "Download every row’s result", tmp_path)
    assert [row["result"] for row in results] == ["new"] * 1000 + ["invalid"]
    assert "is not a phone number" in results[-1]["reason"]

    links = download(maria, "Download links", tmp_path)
    assert sorted(row["phone"] for row in links) == PHONES
    assert len({row["short_url"] for row in links}) == 1000
    assert all(row["short_url"].startswith(link.short_url) for row in links)
    assert all(row["short_url"] in row["message"] for row in links)
    assert RecipientLink.objects.count() == 1000

    tapped = textrail.tap(links[500]["short_url"])
    assert tapped.status_code == 302
    assert tapped.headers["Location"].startswith(f"http://{website.host}/trial?utm_source=sms")
