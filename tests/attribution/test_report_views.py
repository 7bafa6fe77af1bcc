"""Saved views on a report's page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from attribution.models import ReportSchedule, SavedView
from tests.attribution.kept_reports import a_reader, a_view
from tests.campaigns.builders import a_user, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/admin/reports/sends/"


def save_url(report: str = "sends") -> str:
    return reverse("admin:attribution_view_save", args=[report])


def act_url(view: SavedView, action: str) -> str:
    return reverse("admin:attribution_view_act", args=[view.pk, action])


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def ada() -> Any:
    return a_reader()


@pytest.fixture
def client(ada: Any) -> Client:
    return signed_in(ada)


def test_the_choices_of_the_page_are_saved_and_shown(client: Client, ada: Any) -> None:
    body = {"name": "June", "rule": "last", "period": "last_month", "is_shared": "on"}
    answer = client.post(save_url(), body, follow=True)
    view = SavedView.objects.get()
    assert (view.owner, view.is_shared) == (ada, True)
    assert view.parameters == {"rule": "last", "period": "last_month"}
    assert "“June” is saved." in text(answer)
    assert answer.redirect_chain[-1][0].startswith(f"{PAGE}?period=last_month&rule=last&view=")
    assert 'aria-current="page"' in text(answer)


def test_a_taken_name_is_said_and_the_choices_stay(client: Client, ada: Any) -> None:
    a_view(ada)
    answer = client.post(save_url(), {"name": "June", "rule": "last"}, follow=True)
    assert "You have a view “June” of this report already" in text(answer)
    assert answer.redirect_chain[-1][0] == f"{PAGE}?rule=last&view=none"


def test_a_report_opens_with_the_view_chosen_for_it(client: Client, ada: Any) -> None:
    view = a_view(ada, is_default=True)
    assert client.get(PAGE).headers["Location"] == f"{PAGE}?rule=linear&view={view.pk}"
    assert client.get(PAGE, {"view": "none"}).status_code == 200


def test_another_persons_default_opens_nothing(client: Client) -> None:
    a_view(a_reader("bob"), is_default=True, is_shared=True)
    assert client.get(PAGE).status_code == 200


def test_changed_choices_can_be_saved_to_the_view(client: Client, ada: Any) -> None:
    view = a_view(ada)
    page = text(client.get(PAGE, {"rule": "last", "view": str(view.pk)}))
    assert "Save changes to “June”" in page
    client.post(act_url(view, "update"), {"rule": "last"})
    view.refresh_from_db()
    assert view.parameters == {"rule": "last"}


def test_a_view_is_renamed_shared_and_opened_first(client: Client, ada: Any) -> None:
    view = a_view(ada)
    client.post(act_url(view, "edit"), {"name": "Month", "is_shared": "on", "is_default": "on"})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.is_default) == ("Month", True, True)
    assert view.parameters == {"rule": "linear"}


def test_a_view_is_deleted(client: Client, ada: Any) -> None:
    answer = client.post(act_url(a_view(ada), "delete"), follow=True)
    assert "“June” is deleted" in text(answer)
    assert not SavedView.objects.exists()


def test_a_view_is_mailed_every_monday_at_8(client: Client, ada: Any, settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.com"
    body = {
        "frequency": "weekly",
        "weekday": "0",
        "month_day": "1",
        "time_of_day": "08:00",
        "format": "csv",
    }
    answer = client.post(act_url(a_view(ada), "mail"), body, follow=True)
    schedule = ReportSchedule.objects.get()
    assert [one.user for one in schedule.recipients.all()] == [ada]
    assert "is mailed to you every Monday at 08:00" in text(answer)
    assert "every Monday at 08:00 (UTC)" in text(answer)


def test_a_mail_without_its_hour_is_refused(client: Client, ada: Any) -> None:
    body = {"frequency": "daily", "time_of_day": "soon", "format": "csv"}
    answer = client.post(act_url(a_view(ada), "mail"), body, follow=True)
    assert "Give the hour, such as 08:00." in text(answer)


def test_the_page_says_that_nothing_can_be_mailed(client: Client, ada: Any, settings: Any) -> None:
    settings.EMAIL_URL = ""
    view = a_view(ada)
    assert "has no mail server yet" in text(client.get(PAGE, {"view": str(view.pk)}))


def test_somebody_without_an_address_is_told_so() -> None:
    ada = a_reader(email="")
    view = a_view(ada)
    page = text(signed_in(ada).get(PAGE, {"view": str(view.pk)}))
    assert "Your account has no e-mail address." in page


def test_shared_views_of_others_can_be_used_but_not_changed(client: Client) -> None:
    view = a_view(a_reader("bob"), is_shared=True)
    page = text(client.get(PAGE, {"rule": "last", "view": str(view.pk)}))
    assert "Shared by bob" in page
    assert "Save changes" not in page
    assert client.post(act_url(view, "edit"), {"name": "Mine"}).status_code == 403
    assert client.post(act_url(view, "delete")).status_code == 403


def test_private_views_of_others_are_not_there(client: Client) -> None:
    view = a_view(a_reader("bob"))
    assert "June" not in text(client.get(PAGE, {"view": "none"}))
    assert client.post(act_url(view, "delete")).status_code == 404


def test_an_unknown_action_or_report_is_not_there(client: Client, ada: Any) -> None:
    assert client.post(act_url(a_view(ada), "explode")).status_code == 404
    assert client.post(save_url("horoscope"), {"name": "x"}).status_code == 404


def test_nothing_happens_by_opening_an_address(client: Client, ada: Any) -> None:
    assert client.get(act_url(a_view(ada), "delete")).status_code == 405
    assert client.get(save_url()).status_code == 405


def test_whoever_may_not_read_reports_saves_none() -> None:
    stranger = signed_in(a_user("carl"))
    assert stranger.post(save_url(), {"name": "x"}).status_code == 403
    assert stranger.post(act_url(a_view(), "delete")).status_code == 403
