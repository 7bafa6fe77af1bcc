"""The panel “Results” on a send's page."""

from typing import Any

import pytest
from django.test import RequestFactory

from attribution.models import CreditRule
from attribution.send_results import results_of
from tests.attribution.builders import NOW
from tests.attribution.story import a_live_send, tell_story
from tests.campaigns.builders import a_superuser, a_user

pytestmark = pytest.mark.django_db


def results(send: Any, user: Any) -> dict[str, Any] | None:
    request = RequestFactory().get("/")
    request.user = user
    return results_of(send, request)


def test_a_sends_page_has_its_results() -> None:
    story = tell_story()
    panel = results(story.june, a_superuser())
    assert panel is not None
    assert ("Revenue attributed", "$3,333.34") in panel["figures"]
    assert ("Cost per lead", "$300.00") in panel["figures"]


def test_a_send_that_never_went_out_has_no_results() -> None:
    draft = a_live_send("trial-june")
    draft.live_at = None
    assert results(draft, a_superuser()) is None


def test_results_need_the_permission_to_see_reports() -> None:
    assert results(a_live_send("trial-june"), a_user("bob")) is None


def test_without_an_active_rule_there_are_no_results() -> None:
    CreditRule.objects.update(retired_at=NOW)
    assert results(a_live_send("trial-june"), a_superuser()) is None
