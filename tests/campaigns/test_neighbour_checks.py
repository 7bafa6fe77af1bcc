"""What other sends mean for one."""

from datetime import timedelta

import pytest

from campaigns.neighbour_checks import neighbour_checks
from campaigns.preflight import Level
from tests.campaigns.builders import NOW, a_send

pytestmark = pytest.mark.django_db


def test_a_send_alone_has_no_neighbours() -> None:
    assert neighbour_checks(a_send(), NOW) == []


def test_a_name_nearly_the_same_is_a_warning_that_names_it() -> None:
    a_send("demo-invite-june", name="Demo invite")
    send = a_send("demo-invites-june")

    (result,) = neighbour_checks(send, NOW)

    assert result.level == Level.WARNING
    assert result.code.startswith("name-")
    assert "“demo-invite-june” was used on" in result.message
    assert result.fix_url.endswith(f"{send.pk}/change/#id_utm_campaign")


def test_the_same_people_within_a_few_days_are_a_warning_that_names_the_other() -> None:
    a_send("webinar-june", name="Webinar", audience="Lapsed", scheduled_at=NOW)
    send = a_send("trial-june", audience="Lapsed", scheduled_at=NOW + timedelta(days=2))

    (result,) = neighbour_checks(send, NOW)

    assert (result.code, result.level) == ("collision", Level.WARNING)
    assert result.message == (
        "The same people get two sends: 2 days after “Webinar”, same audience."
    )


@pytest.mark.parametrize("status", ["live", "done", "cancelled"])
def test_what_is_out_has_nothing_left_to_choose(status: str) -> None:
    a_send("demo-invite-june")

    assert neighbour_checks(a_send("demo-invites-june", status=status), NOW) == []
