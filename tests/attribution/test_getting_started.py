"""The first steps of a new team."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.getting_started import getting_started
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def done() -> set[str]:
    return {step.title for step in getting_started() if step.is_done}


def test_every_step_leads_to_a_page() -> None:
    assert all(step.url.startswith("/admin/") for step in getting_started())


def test_what_the_data_show_is_ticked_off() -> None:
    tell_story()
    assert {"Create a campaign", "Plan a send and set it live", "Connect your CRM"} <= done()
    assert "Add the snippet to your website" not in done()


def test_all_steps_cost_one_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        getting_started()
    assert len(queries) == 1
