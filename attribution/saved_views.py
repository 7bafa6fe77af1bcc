"""Saved views: a report with its switches, kept under a name by whoever looks at it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from attribution.models import SavedView
from attribution.relative_days import UnknownPeriodError, with_fixed_days
from attribution.reports.query import PARAMETERS, InvalidReportQueryError, Problem
from attribution.reports.registry import (
    REPORTS,
    AnyReport,
    UnknownReportError,
    build_report,
    query_of,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

KEPT: Final = ("period", *PARAMETERS)
"""The parameters a view keeps; everything else in an address is the page's own."""


class ViewRefusedError(ValueError):
    """A view cannot be kept like this. `field` names what is wrong."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


class NotYourViewError(PermissionError):
    """Only its owner may change a view."""

    def __init__(self, view: SavedView) -> None:
        super().__init__(f"“{view.name}” belongs to {view.owner}. Save a view of your own instead.")


def save_view(
    *,
    owner: "User",
    report: str,
    name: str,
    parameters: Mapping[str, str],
    now: datetime,
    is_shared: bool = False,
    is_default: bool = False,
) -> SavedView:
    """Keep a report's switches under a name.

    Raises:
        UnknownReportError: there is no such report.
        InvalidReportQueryError: a parameter cannot be used.
        ViewRefusedError: the name is empty, too long or taken by another view of the owner's.
    """
    view = SavedView(owner=owner, report=report, created_at=now, is_shared=is_shared)
    return _written(view, name=name, parameters=parameters, is_default=is_default, now=now)


def change_view(
    *,
    view: SavedView,
    by: "User",
    now: datetime,
    name: str | None = None,
    parameters: Mapping[str, str] | None = None,
    is_shared: bool | None = None,
    is_default: bool | None = None,
) -> SavedView:
    """Change what is given of a view; None leaves it as it is.

    Raises:
        NotYourViewError: it belongs to somebody else.
        InvalidReportQueryError: a parameter cannot be used.
        ViewRefusedError: the name is empty, too long or taken by another view of the owner's.
    """
    _own(view, by)
    if is_shared is not None:
        view.is_shared = is_shared
    return _written(
        view,
        name=view.name if name is None else name,
        parameters=view.parameters if parameters is None else parameters,
        is_default=view.is_default if is_default is None else is_default,
        now=now,
    )


def delete_view(*, view: SavedView, by: "User") -> None:
    """Remove a view, and the mails that bring it.

    Raises:
        NotYourViewError: it belongs to somebody else.
    """
    _own(view, by)
    view.delete()


def may_change(view: SavedView, user: "User") -> bool:
    """Tell whether a person may change a view: its owner, or whoever runs the installation."""
    return user.is_superuser or view.owner_id == user.pk


def kept_parameters(params: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a report among those of an address, without empty ones."""
    found = {name: params.get(name, "").strip() for name in KEPT}
    return {name: text for name, text in found.items() if text}


def report_of(report: str, parameters: Mapping[str, str], *, now: datetime) -> AnyReport:
    """Build a report from parameters that may name a period.

    Raises:
        UnknownReportError: there is no such report.
        InvalidReportQueryError: a parameter cannot be used.
        NoCreditRuleError: no credit rule is active.
    """
    return build_report(report, fixed_parameters(parameters, now=now), now=now)


def fixed_parameters(parameters: Mapping[str, str], *, now: datetime) -> dict[str, str]:
    """Return parameters with two days in the place of the period they name.

    Raises:
        InvalidReportQueryError: there is no such period.
    """
    today = timezone.localtime(now, ZoneInfo(settings.TIME_ZONE)).date()
    try:
        return with_fixed_days(parameters, today=today)
    except UnknownPeriodError as error:
        problem = Problem("period", "unknown-period", str(error), "last_month")
        raise InvalidReportQueryError([problem]) from error


def _own(view: SavedView, by: "User") -> None:
    if not may_change(view, by):
        raise NotYourViewError(view)


@transaction.atomic
def _written(
    view: SavedView, *, name: str, parameters: Mapping[str, str], is_default: bool, now: datetime
) -> SavedView:
    kind = REPORTS.get(view.report)
    if kind is None:
        raise UnknownReportError(view.report)
    view.name, view.parameters = name.strip(), kept_parameters(parameters)
    kind.check(query_of(fixed_parameters(view.parameters, now=now)))
    others = SavedView.objects.filter(owner=view.owner, report=view.report).exclude(pk=view.pk)
    _check_name(view.name, [other.name for other in others])
    if is_default:
        others.filter(is_default=True).update(is_default=False)
    view.is_default, view.updated_at = is_default, now
    view.save()
    return view


def _check_name(name: str, taken: list[str]) -> None:
    if not name:
        raise ViewRefusedError("name", "required", "Give the view a name.")
    if len(name) > 80:
        message = f"“{name[:20]}…” has {len(name)} characters; 80 fit."
        raise ViewRefusedError("name", "too-long", message)
    if name.lower() in {other.lower() for other in taken}:
        message = f"You have a view “{name}” of this report already. Choose another name."
        raise ViewRefusedError("name", "taken", message)
