"""Ten taps by curl and ten by a phone are in the report, though the reader was killed."""

from pathlib import Path

import pytest
import requests

from tests.journeys.installation import CURL, an_installation, eventually, go_live
from tests.links.web import PAGE, serve
from tracking.models import Click, Touchpoint
from tracking.taps import unread_bytes

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SEND = "demo-invite-q2"


def test_no_tap_is_lost_or_counted_twice_when_the_reader_is_killed(tmp_path: Path) -> None:
    with (
        serve({"/trial": PAGE}) as website,
        an_installation(tmp_path, LINK_CHECK_ALLOWED_PRIVATE_HOSTS=website.host) as textrail,
    ):
        link = go_live(textrail.api, utm_campaign=SEND, landing_page=f"{website.url}/trial")
        reader = textrail.start_reader()
        eventually(lambda: not unread_bytes(folder=tmp_path / "journal"))
        checks_taps = Click.objects.count()
        before = textrail.send_row(SEND)

        by_curl = [textrail.tap(link.short_url, agent=CURL) for _ in range(10)]
        eventually(lambda: Click.objects.filter(user_agent__startswith="curl").exists())
        reader.kill()
        reader.wait()
        by_phone = [textrail.tap(link.short_url) for _ in range(10)]
        misprint = textrail.tap(f"{textrail.url}/misprnt")
        assert Click.objects.filter(link=link, user_agent__contains="iPhone").count() < 10

        textrail.start_reader()
        eventually(lambda: Click.objects.filter(path="/misprnt").exists())
        row = textrail.send_row(SEND)

    assert {answer.status_code for answer in by_curl + by_phone} == {302}
    assert all(_leads_home(answer, website.url) for answer in by_curl + by_phone)
    assert misprint.status_code == 404
    assert int(row["human_taps"]) - int(before["human_taps"]) == 10
    assert int(row["machine_taps"]) - int(before["machine_taps"]) == 10
    assert Touchpoint.objects.filter(link=link, channel__slug="sms").count() == 10
    orphan = Click.objects.get(path="/misprnt")
    assert (orphan.link, orphan.answer) == (None, "unknown_code")
    assert Click.objects.count() == checks_taps + 21


def _leads_home(answer: requests.Response, website: str) -> bool:
    location = answer.headers["Location"]
    return location.startswith(f"{website}/trial?") and f"utm_campaign={SEND}" in location
