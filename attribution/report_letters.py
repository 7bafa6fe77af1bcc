"""The mail that brings a report: its main figures in the body, the rest as a file and behind a link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from attribution.models import ReportSchedule, ScheduleRecipient
from attribution.report_address import report_url
from attribution.report_files import file_of
from attribution.report_schedules import in_words, subscription_token
from attribution.report_summary import first_rows, main_figures, proof_text
from attribution.reports.wording import GOALS
from attribution.saved_views import report_of
from links.letters import Attachment, Letter


@dataclass(frozen=True, slots=True)
class Content:
    """What all recipients of one due moment read alike."""

    subject: str
    context: dict[str, Any]
    attachments: tuple[Attachment, ...]


def written(schedule: ReportSchedule, *, now: datetime) -> Content:
    """Build a schedule's report and say it in words.

    Raises:
        UnknownReportError: there is no such report any more.
        InvalidReportQueryError: a parameter cannot be used any more.
        NoCreditRuleError: no credit rule is active.
    """
    view = schedule.view
    report = report_of(view.report, view.parameters, now=now)
    titles, rows = first_rows(report)
    context = {
        "view": view,
        "report": report,
        "period": report.definitions.period,
        "figures": main_figures(report),
        "titles": titles,
        "rows": rows,
        "more_rows": len(report.rows) - len(rows),
        "proof": [
            (GOALS.get(one.goal, one.goal), proof_text(one), one.reconciles)
            for one in report.proof.statements
        ],
        "definitions": report.definitions.in_words(),
        "url": settings.PUBLIC_URL + report_url(view.report, report.definitions.pinned),
        "by": schedule.created_by.get_full_name() or schedule.created_by.get_username(),
        "when": in_words(schedule),
    }
    return Content(f"{view.name}: {context['period']}", context, _attached(schedule, report))


def letter_to(recipient: ScheduleRecipient, content: Content) -> Letter:
    """Return the mail to one person, who can end these mails without signing in (RFC 8058)."""
    path = reverse("report-mail-unsubscribe", args=[subscription_token(recipient)])
    stop = settings.PUBLIC_URL + path
    context = {**content.context, "stop_url": stop}
    return Letter(
        recipient=recipient.user.email,
        subject=" ".join(content.subject.split()),
        text=render_to_string("attribution/mail/report.txt", context),
        html=render_to_string("attribution/mail/report.html", context),
        attachments=content.attachments,
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


def _attached(schedule: ReportSchedule, report: Any) -> tuple[Attachment, ...]:
    if schedule.format == ReportSchedule.Format.NONE:
        return ()
    file = file_of(report, schedule.format)
    return (Attachment(file.name, file.content, file.media_type.partition(";")[0]),)
