"""The addresses behind the send page's panel “Recipients”: upload, state, downloads."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from campaigns.admin_base import TextrailAdmin, signed_in_user
from campaigns.doorbell import ADD_AUDIENCES, ring_on_commit
from campaigns.models import Send
from campaigns.personal_data import may_see_personal_data
from links.audience import AudienceClosedError, NoLinkForAudienceError
from links.audience_export import csv_answer, export_held_out, export_recipients
from links.audience_files import AudienceFileError
from links.audience_form import AudienceUploadForm
from links.audience_panel import audience_state
from links.audience_results import read_results
from links.audience_uploads import SameFileRunningError, keep_upload
from links.models import AudienceUpload, HeldOutRecipient, RecipientLink


class AudiencePagesMixin(TextrailAdmin):
    """Adds the addresses `links_audience_…`, each for whoever may."""

    def get_urls(self) -> list[URLPattern]:
        """Add the panel's addresses."""
        pages = (
            ("upload", "send/<uuid:pk>/upload/", self._upload),
            ("state", "send/<uuid:pk>/state/", self._state),
            ("links", "send/<uuid:pk>/links.csv", self._links),
            ("held_out", "send/<uuid:pk>/held-out.csv", self._held_out),
            ("results", "upload/<uuid:pk>/results.csv", self._results),
        )
        wrap = self.admin_site.admin_view
        own = [path(at, wrap(view), name=f"links_audience_{name}") for name, at, view in pages]
        return [*own, *super().get_urls()]

    def _upload(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Keep a file for a worker; say on the send's page what became of it."""
        _check(request, "links.add_audienceupload")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        send = get_object_or_404(Send, pk=pk)
        _keep(request, send)
        page = reverse("admin:campaigns_send_change", args=[pk])
        return HttpResponseRedirect(f"{page}#recipients")

    def _state(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Give the part of the panel that changes."""
        _check(request, "links.view_recipientlink")
        send = get_object_or_404(Send, pk=pk)
        return render(request, "links/_audience_state.html", audience_state(send, request))

    def _links(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Give the file for the SMS platform."""
        _check(request, "links.view_recipientlink")
        send = get_object_or_404(Send, pk=pk)
        recipients = RecipientLink.objects.of_send(send)
        is_open = may_see_personal_data(request.user)
        lines = export_recipients(recipients, is_open=is_open)
        return csv_answer(lines, f"{send.utm_campaign}-recipients")

    def _held_out(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Give the people who get nothing."""
        _check(request, "links.view_heldoutrecipient")
        send = get_object_or_404(Send, pk=pk)
        held_out = HeldOutRecipient.objects.of_send(send)
        is_open = may_see_personal_data(request.user)
        lines = export_held_out(held_out, is_open=is_open)
        return csv_answer(lines, f"{send.utm_campaign}-held-out")

    def _results(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Give what became of every row, to whoever may see phone numbers."""
        _check(request, "links.view_audienceupload")
        if not may_see_personal_data(request.user):
            raise PermissionDenied
        upload = get_object_or_404(AudienceUpload, pk=pk)
        if not upload.is_over or not upload.results_file:
            raise Http404
        return csv_answer(read_results(upload.results_file.name), f"{upload.file_name}-results")


def _keep(request: HttpRequest, send: Send) -> None:
    form = AudienceUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors["file"]))
        return
    file = form.cleaned_data["file"]
    try:
        keep_upload(
            send=send,
            file=file,
            file_name=file.name,
            by=signed_in_user(request),
            now=timezone.now(),
        )
    except SameFileRunningError as error:
        messages.warning(request, str(error))
    except (AudienceFileError, AudienceClosedError, NoLinkForAudienceError) as error:
        messages.error(request, f"Nothing was added. {error}")
    else:
        ring_on_commit(ADD_AUDIENCES)


def _check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
