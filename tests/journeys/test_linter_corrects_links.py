"""Links that exist already are judged in the browser, and their corrected file passes in CI."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.journeys.browser import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PAGE = "https://example.com/trial"
WRONG = [
    f"{PAGE}?utm_source=SMS&utm_medium=text&utm_campaign=trial-june",
    f"{PAGE}?utm_source=sms&utm_medium=text&utm_campaign=Trial%20June",
    f"{PAGE}?utm_source=sms&utm_medium=text&utm_campaign=trial-june&utm_content=B#pricing",
    f"{PAGE}?utm_sorce=sms&utm_medium=text&utm_campaign=trial-june",
]
RIGHT = f"{PAGE}?utm_source=sms&utm_medium=text&utm_campaign=trial-june"


def check_utms(file: Path) -> int:
    """Run the command as another team's CI does, and return its exit status."""
    try:
        call_command("check_utms", str(file), stdout=StringIO(), stderr=StringIO())
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_pasted_links_are_grouped_by_mistake_and_their_corrected_file_passes(
    desk_of: Callable[..., Desk], tmp_path: Path
) -> None:
    maria = desk_of("maria", "Campaign managers")
    maria.open("/admin/linter/")
    maria.press("Check the links")
    maria.sees("Paste at least one link, or choose a file.")
    maria.field("text").fill("\n".join([*WRONG, RIGHT]))
    maria.press("Check the links")
    maria.sees("4 of 5 links need mending", "utm_source: ", "utm_campaign: ", "utm_content: ")

    with maria.page.expect_download() as begun:
        maria.page.get_by_role("link", name="Download corrected CSV").click()
    corrected = tmp_path / begun.value.suggested_filename
    begun.value.save_as(corrected)
    rows = list(csv.DictReader(corrected.read_text("utf-8-sig").splitlines()))
    assert [row["Link"] for row in rows] == [*WRONG, RIGHT]
    assert rows[2]["Corrected link"].endswith("utm_content=version-b#pricing")

    given = tmp_path / "given.txt"
    given.write_text("\n".join([*WRONG, RIGHT]))
    assert check_utms(given) == 1
    assert check_utms(corrected) == 0
