"""Saved views: kept, changed, deleted, and refused."""

import pytest
from django.db import IntegrityError

from attribution.models import ReportSchedule, SavedView
from attribution.reports.query import InvalidReportQueryError
from attribution.reports.registry import UnknownReportError
from attribution.saved_views import (
    NotYourViewError,
    ViewRefusedError,
    change_view,
    delete_view,
    kept_parameters,
    may_change,
    report_of,
)
from tests.attribution.builders import NOW
from tests.attribution.kept_reports import a_reader, a_schedule, a_view
from tests.campaigns.builders import a_superuser

pytestmark = pytest.mark.django_db


def test_a_view_keeps_the_reports_own_parameters_only() -> None:
    asked = {"rule": " linear ", "from": "", "view": "x", "format": "csv", "period": "last_month"}
    assert kept_parameters(asked) == {"rule": "linear", "period": "last_month"}


def test_a_view_is_saved_with_its_name_trimmed() -> None:
    view = a_view(name="  June ")
    assert (view.name, view.parameters, view.created_at) == ("June", {"rule": "linear"}, NOW)


@pytest.mark.parametrize(
    ("name", "code"), [("", "required"), ("   ", "required"), ("x" * 81, "too-long")]
)
def test_a_view_needs_a_name_that_fits(name: str, code: str) -> None:
    with pytest.raises(ViewRefusedError) as caught:
        a_view(name=name)
    assert (caught.value.field, caught.value.code) == ("name", code)


def test_a_name_is_taken_once_per_person_and_report() -> None:
    ada = a_reader()
    a_view(ada)
    a_view(ada, report="channels")
    a_view(a_reader("bob"))
    with pytest.raises(ViewRefusedError, match="You have a view “JUNE” of this report already"):
        a_view(ada, name="JUNE")


def test_the_database_refuses_the_same_name_too() -> None:
    view = a_view()
    view.pk = None
    view.id = SavedView().id
    with pytest.raises(IntegrityError):
        view.save(force_insert=True)


def test_an_unknown_report_is_refused() -> None:
    with pytest.raises(UnknownReportError):
        a_view(report="horoscope")


@pytest.mark.parametrize("wrong", [{"from": "yesterday"}, {"period": "next_week"}])
def test_a_parameter_that_cannot_be_used_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidReportQueryError):
        a_view(parameters=wrong)
    assert not SavedView.objects.exists()


def test_one_view_of_a_report_opens_first() -> None:
    ada = a_reader()
    first = a_view(ada, is_default=True)
    a_view(ada, name="July", is_default=True)
    first.refresh_from_db()
    assert not first.is_default


def test_another_persons_default_stays() -> None:
    first = a_view(a_reader(), is_default=True)
    a_view(a_reader("bob"), is_default=True)
    first.refresh_from_db()
    assert first.is_default


def test_a_change_leaves_what_is_not_given() -> None:
    view = a_view(is_shared=True)
    change_view(view=view, by=view.owner, now=NOW, name="July")
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.parameters) == ("July", True, {"rule": "linear"})


def test_only_its_owner_changes_a_view() -> None:
    view = a_view(is_shared=True)
    with pytest.raises(NotYourViewError, match="“June” belongs to ada"):
        change_view(view=view, by=a_reader("bob"), now=NOW, name="Mine")


def test_only_its_owner_deletes_a_view() -> None:
    view = a_view(is_shared=True)
    with pytest.raises(NotYourViewError):
        delete_view(view=view, by=a_reader("bob"))
    assert SavedView.objects.exists()


def test_whoever_runs_the_installation_may_change_all() -> None:
    assert may_change(a_view(), a_superuser())


def test_its_mails_go_with_a_deleted_view() -> None:
    view = a_view()
    a_schedule(view)
    delete_view(view=view, by=view.owner)
    assert not ReportSchedule.objects.exists()


def test_people_see_their_own_views_and_shared_ones() -> None:
    ada, bob = a_reader(), a_reader("bob")
    a_view(ada, name="private")
    shared = a_view(ada, name="shared", is_shared=True)
    own = a_view(bob, name="own")
    assert set(SavedView.objects.visible_to(bob)) == {shared, own}


def test_a_parameter_its_report_does_not_take_is_refused() -> None:
    with pytest.raises(InvalidReportQueryError, match="has no campaign"):
        a_view(report="reconciliation", parameters={"campaign": "June"})


def test_a_period_is_told_as_its_days() -> None:
    report = report_of("sends", {"period": "last_month"}, now=NOW)
    assert report.definitions.period == "2026-05-01 to 2026-05-31"
