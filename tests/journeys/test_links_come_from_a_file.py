"""A manager makes links from files, finds one again, changes many, and takes a QR code home."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from links.models import Link
from tests.journeys.browser import Desk
from tests.journeys.installation import Installation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
LIST = "/admin/links/link/"
OURS = """destination_url,title,code,tags,utm_source,utm_medium,utm_campaign
https://www.example.com/spring,Station poster,station,poster,sms,text,spring-launch
https://www.example.com/spring,At the kiosk,kiosk,poster,sms,text,spring-launch
https://www.example.com/spring,Second try,bad code,poster,sms,text,spring-launch
https://www.example.com/summer,Flyer,flyer,print,SMS,text,summer-launch
"""
DUB = """Short link,Destination URL,Clicks,Created at,Tags,Archived
https://go.acme.example/webinar,https://www.example.com/webinar?utm_source=sms,7,2024-05-01T10:00:00.000Z,"Events, Poster",false
https://go.acme.example/docs/intro,https://www.example.com/docs,3,2024-05-01T10:00:00.000Z,,false
"""


def upload(manager: Desk, file: Path, text: str) -> None:
    """Hand a file in and wait for every row's result."""
    file.write_text(text)
    manager.open(f"{LIST}import/")
    manager.field("file").set_input_files(file)
    manager.press("Next: see every row’s result")


def test_links_are_made_from_a_table_found_by_tag_and_changed_together(
    desk_of: Callable[..., Desk], tmp_path: Path
) -> None:
    maria = desk_of("maria", "Campaign managers")
    upload(maria, tmp_path / "links.csv", OURS)
    maria.sees("“bad code” cannot be a code", "“SMS” is not an approved utm_source")
    assert not Link.objects.exists()
    maria.press("Store 3 rows, leave out 1")
    maria.sees("Stored: 3 new", "1 refused rows were left out.")

    maria.open(LIST)
    maria.sees("/station", "/kiosk", "/flyer")
    maria.open(f"{LIST}?tag=poster")
    maria.sees("/station", "/kiosk")
    expect(maria.page.get_by_text("/flyer")).to_have_count(0)

    for box in maria.page.locator("input.action-select[name='_selected_action']").all():
        box.check()
    maria.page.select_option("select[name=action]", "edit_selected")
    maria.press("Run")
    maria.field("destination_url").fill("https://www.example.com/all")
    maria.press("See what would change")
    maria.sees("All 2 links will change.")
    assert not Link.objects.filter(destination_url="https://www.example.com/all").exists()
    maria.press("Change 2 links")
    maria.sees("2 links changed.")
    changed = Link.objects.filter(destination_url="https://www.example.com/all")
    assert {link.code for link in changed} == {"station", "kiosk"}


def test_an_export_of_another_shortener_keeps_its_codes_and_archived_links_work(
    desk_of: Callable[..., Desk], textrail: Installation, tmp_path: Path
) -> None:
    maria = desk_of("maria", "Campaign managers")
    upload(maria, tmp_path / "dub.csv", DUB)
    maria.sees("Read as an export of Dub", "cannot have a slash", "is none of your active domains")
    maria.press("Store 1 row, leave out 1")
    maria.sees("Stored: 1 new")
    webinar = Link.objects.get()
    assert (webinar.code, webinar.imported_from, webinar.created_at.year) == (
        "webinar",
        "dub",
        2024,
    )

    maria.open(f"{LIST}{webinar.pk}/change/")
    maria.sees("imported from Dub", "No taps in this time")
    with maria.page.expect_download() as begun:
        maria.page.get_by_role("button", name="PNG", exact=True).click()
    picture = tmp_path / begun.value.suggested_filename
    begun.value.save_as(picture)
    assert picture.name == "webinar.png"
    assert picture.read_bytes().startswith(b"\x89PNG")

    maria.press("Archive")
    maria.sees("It is archived")
    maria.open(LIST)
    expect(maria.page.get_by_text("/webinar")).to_have_count(0)
    assert textrail.tap(webinar.short_url).status_code == 302
