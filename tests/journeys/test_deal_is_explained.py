"""An Analyst opens a won deal, follows every cent, switches the rule and takes the proof along."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.attribution.builders import change_deal, make_identity
from tests.attribution.bundles import proof
from tests.attribution.story import Story, tell_story
from tests.journeys.browser import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def story(textrail: object) -> Story:
    """Tell the story in the installation, before any browser is open."""
    make_identity(value="bob@acme.example")
    told = tell_story()
    change_deal(told.deal, amount_minor=1_000_001)
    return told


def download(desk: Desk, name: str, folder: Path) -> Path:
    """Follow one of the page's own links, which offers a file, and keep the file."""
    with desk.page.expect_download() as begun:
        desk.page.locator(".tr-actions").get_by_role("link", name=name).click()
    file = folder / begun.value.suggested_filename
    begun.value.save_as(file)
    return file


def test_an_analyst_reads_the_formula_switches_the_rule_and_takes_it_along(
    story: Story, desk_of: Callable[..., Desk], browser: Browser, tmp_path: Path
) -> None:
    analyst = desk_of("ana", "Analysts")
    analyst.open("/admin/attribution/dealjourney/")
    analyst.follow("Acme rollout")
    analyst.sees("Win of $10,000.01: who earns it, and why", "100 ÷ 3 touches in between")
    analyst.sees("gets one of 2 cents left over", "The ledger holds exactly this, to the cent")
    analyst.sees("Attributed: $10,000.00 → $10,000.01")

    analyst.field("rule").select_option("time_decay")
    analyst.press("Explain")
    analyst.sees("A touch weighs half as much for every 30 days", "2^−")

    told = json.loads(download(analyst, "Download as JSON", tmp_path).read_text())
    win = told["explanations"][-1]
    assert (told["rule"]["slug"], win["ledger"]["agrees"]) == ("time_decay", True)
    assert sum(int(touch["amount"].replace(".", "")) for touch in win["touches"]) == 1_000_001

    file = download(analyst, "Download as HTML", tmp_path)
    alone = browser.new_context(offline=True)
    asked: list[str] = []
    page = alone.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert "Win of $10,000.01" in page.inner_text("main")
    assert "2^−" in page.inner_text("main")
    assert asked == [file.as_uri()]
    alone.close()

    bundle = download(analyst, "Evidence", tmp_path)
    told = proof(bundle)
    assert (told.problems, told.outcome_count) == ([], 2)
    analyst.open("/admin/evidence/")
    analyst.sees("Download a bundle", told.seal)
