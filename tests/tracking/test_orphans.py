"""Hits without a live link are counted by address, and scanners cannot fill the table."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.links.builders import make_domain
from tests.tracking.click_builders import HOST, NOW, a_line
from tests.tracking.test_taps import sms_link, take
from tracking import orphans
from tracking.models import OrphanTotal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _domain(db: None) -> None:
    make_domain(host=HOST)


def counted() -> dict[tuple[str, str], tuple[int, int]]:
    """Return (people's, machines') hits by answer and path."""
    rows = OrphanTotal.objects.all()
    return {(row.answer, row.path): (row.human_count, row.machine_count) for row in rows}


def test_a_misprinted_code_is_counted_by_its_address(tmp_path: Path) -> None:
    take(tmp_path, a_line(path="/misprint"), a_line(path="/misprint", seconds=60))
    take(tmp_path, a_line(path="/misprint", method="HEAD"), a_line(path="/other"))

    assert counted() == {
        ("unknown_code", "/misprint"): (2, 1),
        ("unknown_code", "/other"): (1, 0),
    }
    row = OrphanTotal.objects.get(path="/misprint")
    assert (row.host, row.latest_at) == (HOST, NOW + timedelta(seconds=60))


def test_a_link_that_ended_is_counted_once_for_all_its_recipients(tmp_path: Path) -> None:
    link = sms_link()
    ended: dict[str, Any] = {"answer": "expired"}
    take(tmp_path, a_line(link, suffix="abc234", **ended), a_line(link, suffix="def567", **ended))

    assert counted() == {("expired", f"/{link.code}"): (2, 0)}


def test_a_redirected_tap_is_none(tmp_path: Path) -> None:
    take(tmp_path, a_line(sms_link()))

    assert not OrphanTotal.objects.exists()


def test_paths_past_the_limit_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphans, "PATHS_A_DAY", 2)
    take(tmp_path, a_line(path="/one"))

    take(tmp_path, *(a_line(path=path) for path in ("/two", "/three", "/four", "/one")))

    assert counted() == {
        ("unknown_code", "/one"): (2, 0),
        ("unknown_code", "/four"): (1, 0),
        ("unknown_code", ""): (2, 0),
    }


def test_what_people_tapped_is_told_apart_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphans, "PATHS_A_DAY", 1)

    take(tmp_path, a_line(path="/admin.php", user_agent="curl/8"), a_line(path="/misprint"))

    assert counted() == {
        ("unknown_code", "/misprint"): (1, 0),
        ("unknown_code", ""): (0, 1),
    }


def test_another_day_has_room_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "PATHS_A_DAY", 1)

    take(tmp_path, a_line(path="/one"), a_line(path="/two", seconds=86_400))

    assert ("unknown_code", "") not in counted()


def test_a_made_up_host_is_not_told_apart(tmp_path: Path) -> None:
    take(tmp_path, a_line(path="/one", host="evil.example"))

    assert OrphanTotal.objects.get().host == ""


def test_a_long_path_is_cut(tmp_path: Path) -> None:
    take(tmp_path, a_line(path="/" + "x" * 300))

    assert OrphanTotal.objects.get().path == "/" + "x" * 99
