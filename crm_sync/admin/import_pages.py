"""The file import as pages: upload, preview with the mapping, import, result.

Everything works without JavaScript; with it, the import's progress is shown while it runs.
"""

from functools import partial
from pathlib import Path
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache

from campaigns.money import display_amount
from campaigns.uploads import (
    UploadGoneError,
    discard_upload,
    find_upload,
    keep_upload,
    read_progress,
    tell_progress,
)
from crm_sync.column_mapping import InvalidMappingError, MissingColumnsError
from crm_sync.file_import import WrongProviderError, import_deals_file
from crm_sync.forms import MappingForm, UploadForm, posted_columns
from crm_sync.import_preview import Preview, SampleRow, preview_deals_file
from crm_sync.models import Connection
from crm_sync.providers.csv_file import UnreadableFileError

_SESSION_KEY: Final = "deal_imports"
_DELIMITER_NAMES: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


class ImportPages:
    """The pages of an import, mixed into the connections' admin."""

    admin_site: admin.AdminSite

    def has_import_deals_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Say who may import: whoever may change connections."""
        return bool(request.user.has_perm("crm_sync.change_connection"))

    def import_urls(self) -> list[URLPattern]:
        """Return the addresses of the pages."""
        guard = self.admin_site.admin_view
        return [
            path("import/", guard(self.upload_page), name="crm_sync_import"),
            path("import/<str:token>/", guard(self.preview_page), name="crm_sync_import_preview"),
            path(
                "import/<str:token>/progress",
                guard(never_cache(self.progress_answer)),
                name="crm_sync_import_progress",
            ),
        ]

    def upload_page(self, request: HttpRequest) -> HttpResponse:
        """Take the file and keep it for the preview."""
        self._check(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            token = keep_upload(file=file, now=timezone.now())
            try:
                preview_deals_file(path_or_file=find_upload(token))
            except UnreadableFileError as error:
                discard_upload(token)
                form.add_error("file", str(error))
            else:
                _remember(request, token, file.name, form.cleaned_data)
                return redirect("admin:crm_sync_import_preview", token)
        return self._page(request, "upload", "Import deals from a file", form=form)

    def preview_page(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show how the file will be read; a second button imports it."""
        self._check(request)
        upload = request.session.get(_SESSION_KEY, {}).get(token)
        try:
            file = find_upload(token)
        except UploadGoneError:
            upload = None
        if upload is None:
            messages.error(request, "This upload is not there any more. Please choose it again.")
            return redirect("admin:crm_sync_import")
        form = _mapping_form(request, file, upload["slug"])
        if request.method == "POST" and form.is_valid():
            mapping = form.mapping()
            if request.POST.get("step") == "import":
                answer = self._import_unless_new(request, token, upload, form)
                if answer is not None:
                    return answer
            form = MappingForm(preview_deals_file(path_or_file=file, mapping=mapping))
        return self._show_preview(request, token, upload, form)

    def _import_unless_new(
        self, request: HttpRequest, token: str, upload: dict[str, str], form: MappingForm
    ) -> HttpResponse | None:
        """Import, except where the stages of another column have not been looked at yet."""
        if form.unseen_stages:
            messages.warning(request, "The stages are other ones now. Please check their meaning.")
            return None
        return self._import(request, token, upload, form.mapping())

    def _import(
        self, request: HttpRequest, token: str, upload: dict[str, str], mapping: dict[str, Any]
    ) -> HttpResponse | None:
        """Import the file and lead to its run; stay on the page with what is wrong."""
        try:
            run = import_deals_file(
                path_or_file=find_upload(token),
                mapping=mapping,
                now=timezone.now(),
                file_name=upload["file_name"],
                connection_name=upload["name"],
                progress=partial(tell_progress, token),
            )
        except InvalidMappingError as error:
            for problem in error.problems:
                messages.error(request, problem)
            return None
        except (MissingColumnsError, WrongProviderError) as error:
            messages.error(request, str(error))
            return None
        discard_upload(token)
        return redirect("admin:crm_sync_syncrun_change", run.pk)

    def progress_answer(self, request: HttpRequest, token: str) -> HttpResponse:
        """Tell how far the import is, for the script of the page."""
        self._check(request)
        return JsonResponse(read_progress(token))

    def _show_preview(
        self, request: HttpRequest, token: str, upload: dict[str, str], form: MappingForm
    ) -> HttpResponse:
        preview = form.preview
        return self._page(
            request,
            "preview",
            f"Import {upload['file_name']}",
            form=form,
            preview=preview,
            token=token,
            upload=upload,
            delimiter=_DELIMITER_NAMES.get(preview.delimiter, preview.delimiter),
            sample=_sample_table(preview),
            lacking=_lacking_words(preview),
        )

    def _page(
        self, request: HttpRequest, name: str, title: str, **context: Any
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            f"crm_sync/import_{name}.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": Connection._meta,
                **context,
            },
        )

    def _check(self, request: HttpRequest) -> None:
        if not self.has_import_deals_permission(request):
            raise PermissionDenied


def _remember(
    request: HttpRequest, token: str, file_name: str | None, cleaned: dict[str, Any]
) -> None:
    """Keep in the session whose upload it is: another user's token opens nothing."""
    uploads = request.session.get(_SESSION_KEY, {})
    uploads[token] = {
        "file_name": file_name or "upload.csv",
        "slug": cleaned["slug"],
        "name": cleaned["connection"].name if cleaned["connection"] else cleaned["name"].strip(),
    }
    request.session[_SESSION_KEY] = uploads


def _mapping_form(request: HttpRequest, file: Path, slug: str) -> MappingForm:
    """Build the form from the file as the chosen columns read it."""
    mapping = _start_mapping(slug)
    if request.method != "POST":
        return MappingForm(preview_deals_file(path_or_file=file, mapping=mapping))
    columns = posted_columns(request.POST)
    if columns.get("stage") != mapping.get("columns", {}).get("stage"):
        mapping["stages"] = {}
    preview = preview_deals_file(path_or_file=file, mapping={**mapping, "columns": columns})
    return MappingForm(preview, request.POST)


def _start_mapping(slug: str) -> dict[str, Any]:
    """Begin with what the last import into this connection said."""
    known = Connection.objects.filter(slug=slug).values_list("settings", flat=True).first()
    return {**(known or {}), "connection": slug}


def _sample_table(preview: Preview) -> list[dict[str, Any]]:
    rows = preview.forecast.sample if preview.forecast else []
    return [_sample_row(row) for row in rows]


def _sample_row(row: SampleRow) -> dict[str, Any]:
    deal = row.deal
    if deal is None:
        return {"line": row.line, "problem": row.problem}
    amount = deal.amount_minor
    return {
        "line": row.line,
        "deal": deal,
        "amount": "" if amount is None else display_amount(amount, deal.currency),
    }


def _lacking_words(preview: Preview) -> list[str]:
    """Say what the good rows lack, in full words."""
    counted = preview.forecast.lacking if preview.forecast else {}
    return [
        f"{count:,} {'row has' if count == 1 else 'rows have'} no {name}."
        for name, count in counted.items()
    ]
