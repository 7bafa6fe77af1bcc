"""Links that are hidden from lists and go on working."""

import pytest

from links.archiving import archive_links, unarchive_links
from links.models import Link
from tests.links.builders import NOW, make_link

pytestmark = pytest.mark.django_db


def test_an_archived_link_goes_on_working_and_its_checks_stay_fresh() -> None:
    link = make_link()
    assert archive_links(links=[link], now=NOW) == 1
    stored = Link.objects.get()
    assert stored.archived_at == NOW
    assert stored.updated_at == link.updated_at
    assert Link.objects.working(now=NOW).get() == link


def test_archiving_twice_keeps_the_first_time() -> None:
    link = make_link(archived_at=NOW)
    assert archive_links(links=[link], now=NOW.replace(year=2027)) == 0
    assert Link.objects.get().archived_at == NOW


def test_a_link_comes_back_from_the_archive_once() -> None:
    link = make_link(archived_at=NOW)
    assert unarchive_links(links=[link]) == 1
    assert unarchive_links(links=[link]) == 0
    assert Link.objects.in_use().get() == link
