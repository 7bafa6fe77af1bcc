"""The send's page says on top that a link is broken."""

import pytest
from django.test import RequestFactory

from links.alert_panel import alert_panel_context
from links.models import LinkAlert
from tests.links.builders import NOW, make_link, make_send

pytestmark = pytest.mark.django_db
REQUEST = RequestFactory().get("/")


def test_a_broken_link_is_shown_with_what_to_do() -> None:
    link = make_link(send=make_send(status="live"))
    problems = [{"code": "final-status", "message": "It ends in a 404.", "device": "iphone"}]
    alert = LinkAlert.objects.create(link=link, opened_at=NOW, problems=problems)
    context = alert_panel_context(link.send, REQUEST)
    assert context is not None
    ((row),) = context["rows"]
    assert row["alert"] == alert
    assert len(row["advice"]) == 1


def test_where_all_is_well_there_is_no_panel() -> None:
    link = make_link(send=make_send(status="live"))
    LinkAlert.objects.create(link=link, opened_at=NOW, resolved_at=NOW, resolution="mended")
    assert alert_panel_context(link.send, REQUEST) is None
