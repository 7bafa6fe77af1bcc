"""The hourly recheck."""

from collections.abc import Iterator

import pytest

from links.models import LinkCheck
from links.tasks import recheck_live_links
from tests.links.builders import make_domain, make_link, make_send
from tests.links.web import PAGE, Web, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve({"/page": PAGE}) as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


def test_a_live_link_is_rechecked_once_while_its_check_is_fresh(web) -> None:
    link = make_link(make_domain(web.host, scheme="http"), send=make_send(status="live"))
    query = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2"
    web.pages[f"/{link.code}"] = (302, f"/page?{query}")
    recheck_live_links()
    recheck_live_links()
    assert set(LinkCheck.objects.values_list("device", "is_ok")) == {
        ("iphone", True),
        ("android", True),
        ("desktop", True),
    }
    assert LinkCheck.objects.count() == 3


def test_the_task_is_known_by_its_name() -> None:
    assert recheck_live_links.name == "links.tasks.recheck_live_links"
