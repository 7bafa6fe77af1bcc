"""What the send's page shows of its audience: who is in it, uploads on their way, and an upload."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from campaigns.models import Send
from campaigns.personal_data import may_see_personal_data
from campaigns.send_page import Panel
from links.audience import (
    AudienceClosedError,
    NoLinkForAudienceError,
    RowStatus,
    check_open,
    count_of,
)
from links.audience_form import AudienceUploadForm
from links.models import AudienceUpload, HeldOutRecipient, RecipientLink

_SHOWN = 5
_WORDS = (
    (RowStatus.NEW, "new", "good"),
    (RowStatus.HELD_OUT, "held out", "accent"),
    (RowStatus.DUPLICATE, "there already", ""),
    (RowStatus.OPTED_OUT, "opted out", "warn"),
    (RowStatus.INVALID, "invalid", "bad"),
)


@dataclass(frozen=True, slots=True)
class UploadView:
    """An upload as the page shows it."""

    upload: AudienceUpload
    counts: list[tuple[int, str, str]]
    results_url: str


def audience_state(send: Send, request: HttpRequest) -> dict[str, Any]:
    """Return what changes while an upload is added."""
    uploads = list(AudienceUpload.objects.of_send(send).select_related("created_by")[:_SHOWN])
    may_see = may_see_personal_data(request.user)
    return {
        "send": send,
        "uploads": [_view(upload, may_see=may_see) for upload in uploads],
        "is_running": any(not upload.is_over for upload in uploads),
        "recipients": RecipientLink.objects.filter(link__send=send).count(),
        "held_out": HeldOutRecipient.objects.of_send(send).count(),
        "may_see_numbers": may_see,
        "file_days": settings.AUDIENCE_FILE_DAYS,
        "list_url": reverse("admin:links_recipientlink_changelist") + f"?send={send.pk}",
        "links_url": reverse("admin:links_audience_links", args=[send.pk]),
        "held_out_list_url": reverse("admin:links_heldoutrecipient_changelist")
        + f"?send={send.pk}",
        "held_out_url": reverse("admin:links_audience_held_out", args=[send.pk]),
    }


def panel_context(send: Send, request: HttpRequest) -> dict[str, Any] | None:
    """Return the whole panel; nothing for whoever may not see recipients."""
    if not request.user.has_perm("links.view_recipientlink"):
        return None
    may_upload = request.user.has_perm("links.add_audienceupload")
    return {
        **audience_state(send, request),
        "state_url": reverse("admin:links_audience_state", args=[send.pk]),
        "upload_url": reverse("admin:links_audience_upload", args=[send.pk]) if may_upload else "",
        "form": AudienceUploadForm(),
        "why_not": _why_not(send),
    }


def _view(upload: AudienceUpload, *, may_see: bool) -> UploadView:
    has_results = may_see and upload.is_over and bool(upload.results_file)
    return UploadView(
        upload=upload,
        counts=[
            (count, words, color)
            for status, words, color in _WORDS
            if (count := count_of(upload, status))
        ],
        results_url=reverse("admin:links_audience_results", args=[upload.pk])
        if has_results
        else "",
    )


def _why_not(send: Send) -> str:
    try:
        check_open(send)
    except (AudienceClosedError, NoLinkForAudienceError) as error:
        return str(error)
    return ""


AUDIENCE_PANEL = Panel(
    title="Recipients", position=25, template="links/audience_panel.html", context=panel_context
)
