"""Saved views on a report's page: shown, kept, renamed, deleted, mailed."""

from collections.abc import Callable
from datetime import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from attribution.models import ReportSchedule, SavedView
from attribution.page_urls import page_url
from attribution.report_address import report_url
from attribution.report_schedules import ScheduleRefusedError, in_words, schedule_report
from attribution.reports.query import InvalidReportQueryError
from attribution.reports.registry import REPORT_PERMISSION, REPORTS
from attribution.saved_views import (
    NotYourViewError,
    ViewRefusedError,
    change_view,
    delete_view,
    kept_parameters,
    may_change,
    save_view,
)
from campaigns.admin_base import signed_in_user
from links.letters import is_mail_set_up

Context = dict[str, Any]


def view_urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses that the buttons of a report's page post to."""
    save, act = site.admin_view(require_POST(_save)), site.admin_view(require_POST(_act))
    return [
        path("reports/<str:report>/views/", save, name="attribution_view_save"),
        path("reports/views/<uuid:pk>/<str:action>/", act, name="attribution_view_act"),
    ]


def default_view(request: HttpRequest, report: str) -> str | None:
    """Return the address of the view with which a report opens for this person, if there is one."""
    own = SavedView.objects.of(signed_in_user(request)).filter(report=report, is_default=True)
    view = own.first()
    return None if view is None else _address(view)


def saved_views_of(request: HttpRequest, report: str) -> Context:
    """Return what a page says of a report's saved views. Two queries, whatever their number."""
    user = signed_in_user(request)
    views = list(SavedView.objects.visible_to(user).filter(report=report).select_related("owner"))
    asked = request.GET.get("view", "")
    current = next((view for view in views if str(view.pk) == asked), None)
    params = kept_parameters(request.GET.dict())
    return {
        "views": [
            {
                "name": view.name,
                "url": _address(view),
                "is_current": view == current,
                "by": "" if view.owner_id == user.pk else str(view.owner),
                "is_default": view.is_default and view.owner_id == user.pk,
            }
            for view in views
        ],
        "current": current,
        "is_own": current is not None and may_change(current, user),
        "is_changed": current is not None and current.parameters != params,
        "params": params,
        "save_url": reverse("admin:attribution_view_save", args=[report]),
        "acts": _acts(current),
        "schedules": _schedules(current, user),
        "weekdays": ReportSchedule.Weekday.choices,
        "formats": ReportSchedule.Format.choices,
        "can_mail": is_mail_set_up(),
        "has_address": bool(user.email),
        "mails_url": page_url("attribution_reportschedule_changelist"),
    }


def _acts(view: SavedView | None) -> dict[str, str]:
    if view is None:
        return {}
    return {name: reverse("admin:attribution_view_act", args=[view.pk, name]) for name in _ACTIONS}


def _schedules(view: SavedView | None, user: Any) -> list[dict[str, str]]:
    if view is None:
        return []
    mails = ReportSchedule.objects.visible_to(user).filter(view=view, is_active=True)
    return [
        {
            "words": in_words(schedule),
            "url": page_url("attribution_reportschedule_change", schedule.pk),
        }
        for schedule in mails
    ]


def _address(view: SavedView) -> str:
    return report_url(view.report, {**view.parameters, "view": str(view.pk)})


def _save(request: HttpRequest, report: str) -> HttpResponse:
    """Keep the switches of the page under a name."""
    user = _reader(request)
    if report not in REPORTS:
        raise Http404
    parameters = kept_parameters(request.POST.dict())
    try:
        view = save_view(
            owner=user,
            report=report,
            name=request.POST.get("name", ""),
            parameters=parameters,
            is_shared=bool(request.POST.get("is_shared")),
            is_default=bool(request.POST.get("is_default")),
            now=timezone.now(),
        )
    except (ViewRefusedError, InvalidReportQueryError) as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(report_url(report, {**parameters, "view": "none"}))
    messages.success(request, f"“{view.name}” is saved.")
    return HttpResponseRedirect(_address(view))


def _act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """Do one thing with a view, and return to it."""
    user = _reader(request)
    view = SavedView.objects.visible_to(user).filter(pk=pk).select_related("owner").first()
    if view is None or action not in _ACTIONS:
        raise Http404
    try:
        messages.success(request, _ACTIONS[action](view, request))
    except (ViewRefusedError, InvalidReportQueryError, ScheduleRefusedError) as error:
        messages.error(request, str(error))
    except NotYourViewError as error:
        raise PermissionDenied(str(error)) from error
    if action == "delete":
        return HttpResponseRedirect(report_url(view.report, {"view": "none"}))
    return HttpResponseRedirect(_address(view))


def _update(view: SavedView, request: HttpRequest) -> str:
    parameters = kept_parameters(request.POST.dict())
    change_view(view=view, by=signed_in_user(request), parameters=parameters, now=timezone.now())
    return f"“{view.name}” now has the choices of this page."


def _edit(view: SavedView, request: HttpRequest) -> str:
    change_view(
        view=view,
        by=signed_in_user(request),
        name=request.POST.get("name", ""),
        is_shared=bool(request.POST.get("is_shared")),
        is_default=bool(request.POST.get("is_default")),
        now=timezone.now(),
    )
    return f"“{view.name}” is saved."


def _delete(view: SavedView, request: HttpRequest) -> str:
    delete_view(view=view, by=signed_in_user(request))
    return f"“{view.name}” is deleted, with the mails that brought it."


def _mail(view: SavedView, request: HttpRequest) -> str:
    """Mail a view to the person who asks, from now on."""
    user = signed_in_user(request)
    frequency = request.POST.get("frequency", "")
    schedule = schedule_report(
        view=view,
        by=user,
        recipients=[user],
        frequency=frequency,
        weekday=_number(request.POST.get("weekday", "")),
        month_day=_number(request.POST.get("month_day", "")),
        time_of_day=_time(request.POST.get("time_of_day", "")),
        time_zone=settings.TIME_ZONE,
        format=request.POST.get("format", ReportSchedule.Format.XLSX),
        now=timezone.now(),
    )
    return f"“{view.name}” is mailed to you {in_words(schedule)}."


_ACTIONS: dict[str, Callable[[SavedView, HttpRequest], str]] = {
    "update": _update,
    "edit": _edit,
    "delete": _delete,
    "mail": _mail,
}


def _reader(request: HttpRequest) -> Any:
    if not request.user.has_perm(REPORT_PERMISSION):
        raise PermissionDenied
    return signed_in_user(request)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
