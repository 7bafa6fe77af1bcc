"""Report mails in the admin: the schedules one made or receives, and how every mail went."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from attribution.models import ReportDelivery, ReportSchedule
from attribution.report_address import report_url
from attribution.report_schedules import (
    ScheduleRefusedError,
    change_schedule,
    check_when,
    in_words,
    may_change,
)
from attribution.reports.registry import REPORT_PERMISSION, REPORTS
from campaigns.admin_base import TextrailAdmin, signed_in_user

_COLORS = {
    "sent": "success",
    "waiting": "info",
    "sending": "info",
    "skipped": "warning",
    "unknown": "warning",
    "failed": "danger",
    "": "info",
}
_LABELS = {**dict(ReportDelivery.Status.choices), "": "None yet"}
_SHOWN = 20
WHEN = (
    "frequency", "weekday", "month_day", "time_of_day", "time_zone", "format", "is_active",
)  # fmt: skip
"""The fields that say when a schedule is due, and as what."""


class ReportScheduleForm(forms.ModelForm):
    """When a report comes, as what, and to whom."""

    readers = forms.ModelMultipleChoiceField(
        get_user_model().objects.none(),
        label="Recipients",
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Active accounts with an e-mail address. Whoever unsubscribed stays so.",
    )

    class Meta:
        model = ReportSchedule
        fields = WHEN

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        readers = self.fields.get("readers")
        if isinstance(readers, forms.ModelMultipleChoiceField):
            people = get_user_model().objects.filter(is_active=True).exclude(email="")
            readers.queryset = people.order_by("username")
            readers.initial = [one.user_id for one in self.instance.recipients.all()]

    def clean(self) -> dict[str, Any]:
        """Refuse times that do not fit together, beside their field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check_when(ReportSchedule(**{name: cleaned[name] for name in WHEN}))
            except ScheduleRefusedError as error:
                self.add_error(error.field, str(error))
        return cleaned

    def _post_clean(self) -> None:
        """Leave the row alone: the service writes it, and drops the day it does not need."""


@admin.register(ReportSchedule)
class ReportScheduleAdmin(TextrailAdmin):
    """The schedules that a person made or receives; only whoever made one changes it."""

    form = ReportScheduleForm
    list_display = ("view", "report_name", "comes", "next_due_at", "made_by", "latest", "is_active")
    list_filter = ("frequency", "is_active")
    list_select_related = ("view", "created_by")
    list_before_template = "attribution/mail/schedules_top.html"
    search_fields = ("view__name",)
    readonly_fields = ("opens", "created_by", "next_due_at", "people", "mails")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a mail is set up on the page of its report."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let whoever may read reports look at what concerns them."""
        return bool(request.user.has_perm(REPORT_PERMISSION))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the list to whoever may read reports."""
        return bool(request.user.has_perm(REPORT_PERMISSION))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let its maker change a schedule."""
        if not request.user.has_perm(REPORT_PERMISSION):
            return False
        return obj is None or may_change(obj, signed_in_user(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let its maker end a schedule."""
        return obj is not None and may_change(obj, signed_in_user(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportSchedule]:
        """Keep what a person made or receives, all for whoever runs the installation."""
        user = signed_in_user(request)
        rows: QuerySet[ReportSchedule] = super().get_queryset(request)
        if not user.is_superuser:
            rows = rows.filter(pk__in=ReportSchedule.objects.visible_to(user).values("pk"))
        latest = ReportDelivery.objects.filter(recipient__schedule=OuterRef("pk"))
        return rows.annotate(latest_status=Subquery(latest.values("status")[:1]))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields, with the recipients' boxes for whoever may change them."""
        who = "readers" if self.has_change_permission(request, obj) else "people"
        return (
            (None, {"fields": ("opens", "created_by", "next_due_at")}),
            ("When, and as what", {"fields": WHEN}),
            ("To whom", {"fields": (who,)}),
            ("Mails so far", {"fields": ("mails",)}),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Write the schedule by its service: the next mail follows the new times."""
        values = {name: form.cleaned_data[name] for name in WHEN}
        change_schedule(
            schedule=obj,
            by=signed_in_user(request),
            recipients=list(form.cleaned_data["readers"]),
            now=timezone.now(),
            **values,
        )

    @display(description="Report")
    def report_name(self, obj: ReportSchedule) -> str:
        """Return the report's title."""
        kind = REPORTS.get(obj.view.report)
        return kind.title if kind else obj.view.report

    @display(description="Comes", ordering="next_due_at")
    def comes(self, obj: ReportSchedule) -> str:
        """Return when it comes, in words."""
        return in_words(obj)

    @display(description="Set up by", ordering="created_by__username")
    def made_by(self, obj: ReportSchedule) -> str:
        """Return who made it."""
        return str(obj.created_by)

    @display(description="Latest mail", label=_COLORS)
    def latest(self, obj: Any) -> tuple[str, str]:
        """Return how the latest mail went, as a badge."""
        status = obj.latest_status or ""
        return status, _LABELS[status]

    @display(description="View")
    def opens(self, obj: ReportSchedule) -> SafeString:
        """Return the way to the view on its report's page."""
        url = report_url(obj.view.report, {**obj.view.parameters, "view": str(obj.view.pk)})
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, obj.view
        )

    @display(description="Recipients")
    def people(self, obj: ReportSchedule) -> str:
        """Return the recipients' names."""
        return ", ".join(
            str(one.user)
            for one in obj.recipients.select_related("user").order_by("user__username")
        )

    @display(description="Latest first")
    def mails(self, obj: ReportSchedule) -> SafeString:
        """Return the latest mails with their results, and who unsubscribed."""
        rows = ReportDelivery.objects.filter(recipient__schedule=obj)
        left = obj.recipients.exclude(unsubscribed_at=None).select_related("user")
        context = {"rows": rows.select_related("recipient__user")[:_SHOWN], "left": left}
        return render_to_string("attribution/mail/deliveries.html", context)
