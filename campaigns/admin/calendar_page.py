"""The calendar of sends: six weeks, who they reach, and where they collide."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from campaigns.calendar_weeks import Week, title_of, weeks_from
from campaigns.models import Campaign, Channel, Send
from campaigns.recipients_chart import HEIGHT, WIDTH, bars_of
from campaigns.send_calendar import SendCalendar, build_calendar

WEEKS = 6
_BEFORE = timedelta(weeks=1)
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)
_OPEN_DAY = f"write a day between {_EARLIEST:%Y} and {_LATEST:%Y}, such as 2026-06-01."


class _CampaignField(forms.ModelChoiceField):
    """A campaign by its id; what is no id at all is no campaign either."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(self.error_messages["invalid_choice"]) from error


class CalendarForm(forms.Form):
    """Which weeks and which sends; a plain GET form."""

    starts_on = forms.DateField(
        label="Weeks from",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[
            MinValueValidator(_EARLIEST, f"Too early: {_OPEN_DAY}"),
            MaxValueValidator(_LATEST, f"Too late: {_OPEN_DAY}"),
        ],
        error_messages={"invalid": f"That is no day: {_OPEN_DAY}"},
    )
    channel = forms.ModelChoiceField(
        Channel.objects.all(),
        required=False,
        to_field_name="slug",
        empty_label="All channels",
        error_messages={"invalid_choice": "There is no such channel."},
    )
    campaign = _CampaignField(
        Campaign.objects.order_by("name"),
        required=False,
        empty_label="All campaigns",
        error_messages={"invalid_choice": "There is no such campaign."},
    )
    status = forms.ChoiceField(
        choices=[("", "All but cancelled"), *Send.Status.choices],
        required=False,
        error_messages={"invalid_choice": "There is no such status."},
    )

    def chosen_sends(self) -> QuerySet[Send]:
        """Return the sends that the choices leave; a choice that is wrong leaves all."""
        wanted = {
            name: value
            for name in ("channel", "campaign", "status")
            if (value := self.cleaned_data.get(name))
        }
        sends = Send.objects.filter(**wanted)
        return sends if "status" in wanted else sends.exclude(status=Send.Status.CANCELLED)

    def weeks(self, today: date) -> list[Week]:
        """Return the weeks asked for, else those from last week on."""
        return weeks_from(self.cleaned_data.get("starts_on") or today - _BEFORE, WEEKS)

    def query(self, starts_on: date | None) -> str:
        """Return the query string that keeps the choices and starts on another day."""
        kept = {name: self.data.get(name, "") for name in ("channel", "campaign", "status")}
        pairs = {"starts_on": starts_on.isoformat() if starts_on else "", **kept}
        return "?" + urlencode({name: value for name, value in pairs.items() if value})


def calendar_urls(site: AdminSite) -> list[URLPattern]:
    """Return the calendar's address."""
    return [path("calendar/", site.admin_view(_view(site)), name="campaigns_calendar")]


def _view(site: AdminSite) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("campaigns.view_send"):
            raise PermissionDenied
        form = CalendarForm(request.GET)
        is_valid = form.is_valid()
        context = {**site.each_context(request), "title": "Calendar", **_page(form, request)}
        template = "campaigns/calendar.html"
        return TemplateResponse(request, template, context, status=200 if is_valid else 400)

    return view


def _page(form: CalendarForm, request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    weeks = form.weeks(timezone.localdate(now))
    calendar = build_calendar(weeks=weeks, sends=form.chosen_sends(), now=now)
    return {
        "form": form,
        "is_fullwidth": "1",
        "calendar": calendar,
        "range_title": title_of(weeks),
        "zone": settings.TIME_ZONE,
        "earlier": form.query(weeks[0].monday - timedelta(weeks=WEEKS)),
        "later": form.query(weeks[0].monday + timedelta(weeks=WEEKS)),
        "today_query": form.query(None),
        "bars": _bars(calendar),
        "chart_size": (WIDTH, HEIGHT),
        "statuses": Send.Status.choices,
        "add_url": reverse("admin:campaigns_send_add"),
        "undated_url": reverse("admin:campaigns_send_changelist") + "?status__in=draft,ready",
        "may_add": request.user.has_perm("campaigns.add_send"),
        "has_sends": not calendar.is_empty or Send.objects.exists(),
    }


def _bars(calendar: SendCalendar) -> list[Any]:
    return bars_of(
        [
            (f"{week.week.monday:%-d %b}", week.recipients, week.is_this_week)
            for week in calendar.weeks
        ]
    )
