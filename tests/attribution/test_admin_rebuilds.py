"""A rebuild is started with a button, followed without reloading, and cancelled."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution.models import Rebuild
from attribution.rebuilding import rebuild_credit, start_rebuild
from tests.attribution.builders import NOW, a_deal
from tests.campaigns.builders import a_superuser, a_user
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db
LIST = reverse("admin:attribution_rebuild_changelist")
START = reverse("admin:attribution_rebuild_start")


def client(*permissions: str) -> Client:
    made = Client()
    made.force_login(a_user("bob", *permissions) if permissions else a_superuser())
    return made


def page_of(rebuild: Rebuild) -> str:
    return reverse("admin:attribution_rebuild_change", args=[rebuild.pk])


def progress_of(rebuild: Rebuild) -> str:
    return reverse("admin:attribution_rebuild_progress", args=[rebuild.pk])


def test_the_button_starts_one_and_leads_to_it() -> None:
    a_deal(won=1)
    root = client()
    assert "Rebuild credit</button>" in root.get(LIST).content.decode()
    answer = root.post(START, follow=True)

    rebuild = Rebuild.objects.get()
    assert (rebuild.state, rebuild.started_by is not None) == ("running", True)
    assert answer.redirect_chain[-1][0] == page_of(rebuild)
    assert "Waiting for a worker" in answer.content.decode()
    assert "attribution/rebuild.js" in answer.content.decode()


def test_a_second_one_is_refused_in_words() -> None:
    a_deal()
    root = client()
    root.post(START)

    assert "A rebuild is running" in root.post(START, follow=True).content.decode()
    assert Rebuild.objects.count() == 1


def test_the_part_that_renews_itself_says_how_far_it_is_and_when_it_is_done() -> None:
    a_deal(won=1)
    PendingChange.objects.all().delete()
    rebuild = start_rebuild(now=NOW)
    root = client()
    text = root.get(progress_of(rebuild)).content.decode()
    assert "Nobody has taken it up yet" in text
    assert "data-finished" not in text

    rebuild_credit(clock=lambda: NOW)
    text = root.get(progress_of(rebuild)).content.decode()
    assert "data-finished" in text
    assert "12 entries posted" in text
    assert "New outcome: 12 entries" in text


def test_where_nothing_was_wrong_it_says_so() -> None:
    rebuild = start_rebuild(now=NOW)

    assert "Nothing was wrong" in client().get(page_of(rebuild)).content.decode()


def test_it_can_be_cancelled() -> None:
    a_deal()
    rebuild = start_rebuild(now=NOW)
    address = reverse("admin:attribution_rebuild_do", args=[rebuild.pk, "cancel"])
    text = client().post(address, follow=True).content.decode()

    assert "The rebuild is cancelled." in text
    assert "What was posted stays." in text


def test_one_that_ended_offers_no_cancelling() -> None:
    rebuild = start_rebuild(now=NOW)

    assert "Cancel the rebuild" not in client().get(page_of(rebuild)).content.decode()


def test_who_may_only_look_starts_and_cancels_nothing() -> None:
    a_deal()
    rebuild = start_rebuild(now=NOW)
    bob = client("attribution.view_rebuild")

    assert "Rebuild credit</button>" not in bob.get(LIST).content.decode()
    assert "may not start" in bob.post(START, follow=True).content.decode()
    address = reverse("admin:attribution_rebuild_do", args=[rebuild.pk, "cancel"])
    assert bob.post(address).status_code == 403
    assert Rebuild.objects.get().state == "running"


def test_who_may_not_look_sees_no_progress() -> None:
    rebuild = start_rebuild(now=NOW)

    assert client("campaigns.view_send").get(progress_of(rebuild)).status_code == 404


def test_the_list_costs_the_same_for_2_and_for_20() -> None:
    root = client()

    def queries(number: int) -> int:
        for _ in range(number):
            rebuild_credit(clock=lambda: NOW)
        with CaptureQueriesContext(connection) as captured:
            root.get(LIST)
        return len(captured)

    queries(1)
    assert queries(1) == queries(18)
