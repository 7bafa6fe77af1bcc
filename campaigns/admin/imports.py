"""An import as pages of a list: upload, every row's result, store.

Nothing is stored before the results were seen. Everything works without JavaScript.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminFileFieldWidget

from campaigns.admin.import_groups import groups_of
from campaigns.import_rows import ImportResult
from campaigns.spreadsheets import UnreadableTableError, write_csv
from campaigns.table_import import Sheet, refused_rows
from campaigns.uploads import UploadGoneError, discard_upload, find_upload, keep_upload

_SESSION_KEY: Final = "row_imports"
_REMEMBERED: Final = 10


class UploadForm(forms.Form):
    """The file; a subclass adds what an import asks besides."""

    file = forms.FileField(
        label="File",
        help_text="CSV or XLSX. The first row names the columns.",
        widget=UnfoldAdminFileFieldWidget(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx", "placeholder": "Choose a file"}
        ),
    )

    def options(self) -> dict[str, Any]:
        """Return the other answers as plain values, to be kept with the file."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


class ImportPages(ModelAdmin):
    """The pages of an import, for whoever may add and change these rows.

    Mix in before the admin class and override the methods that raise NotImplementedError.
    """

    import_title = "Import"
    import_words: Sequence[str] = ()
    import_columns: Sequence[str] = ()
    imports_whole = False
    """All rows or none; otherwise good rows are stored and refused ones are left out."""
    change_list_template = "campaigns/change_list_files.html"

    def import_form(self, request: HttpRequest) -> UploadForm:
        """Return the form of the first page."""
        return UploadForm(request.POST or None, request.FILES or None)

    def read_sheet(self, file: BytesIO, filename: str, options: dict[str, Any]) -> Sheet:
        """Return the file's rows.

        Raises:
            UnreadableTableError: it cannot be read, or lacks columns.
        """
        raise NotImplementedError

    def run_import(
        self, request: HttpRequest, sheet: Sheet, options: dict[str, Any], *, dry_run: bool
    ) -> ImportResult:
        """Store the rows, or only say what would be stored."""
        raise NotImplementedError

    def template_rows(self) -> Iterable[Sequence[str]]:
        """Return the rows of a file to start from: the columns, and an example that passes."""
        raise NotImplementedError

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Say who may import."""
        return super().has_add_permission(request) and super().has_change_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the pages."""
        guard = self.admin_site.admin_view
        return [
            path("import/", guard(self._upload_page), name=self._name("import")),
            path("import/example.csv", guard(self._example), name=self._name("import_example")),
            path("import/<str:token>/", guard(self._rows_page), name=self._name("import_rows")),
            path(
                "import/<str:token>/refused.csv",
                guard(self._refused),
                name=self._name("import_refused"),
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer the import above the list."""
        offered = {"has_import_permission": self.has_import_permission(request)}
        return super().changelist_view(request, {**offered, **(extra_context or {})})

    def _name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _upload_page(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        form = self.import_form(request)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            token = keep_upload(file=file, now=timezone.now())
            upload = {"file_name": file.name, "options": form.options()}
            try:
                self._sheet(token, upload)
            except UnreadableTableError as error:
                discard_upload(token)
                form.add_error("file", str(error))
            else:
                _remember(request, token, {**upload, "model": self.opts.label_lower})
                return redirect(f"admin:{self._name('import_rows')}", token)
        context = {
            "form": form,
            "columns": self.import_columns,
            "words": self.import_words,
            "example_url": reverse(f"admin:{self._name('import_example')}"),
        }
        return self._page(request, "import_upload", self.import_title, context)

    def _rows_page(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show every row's result; the button below stores them."""
        self._check(request)
        try:
            upload, sheet = self._uploaded(request, token)
        except UploadGoneError:
            messages.error(request, "This upload is not there any more. Please choose it again.")
            return redirect(f"admin:{self._name('import')}")
        stores = request.method == "POST"
        result = self.run_import(request, sheet, upload["options"], dry_run=not stores)
        if stores and not (self.imports_whole and result.count("rejected")):
            return self._stored(request, token, result)
        context = {
            "groups": groups_of(sheet, result),
            "result": result,
            "refused": result.count("rejected"),
            "sheet": sheet,
            "file_name": upload["file_name"],
            "imports_whole": self.imports_whole,
            "may_store": result.changing and not (self.imports_whole and result.count("rejected")),
            "upload_url": reverse(f"admin:{self._name('import')}"),
            "list_url": reverse(f"admin:{self._name('changelist')}"),
            "refused_url": reverse(f"admin:{self._name('import_refused')}", args=[token]),
        }
        return self._page(request, "import_rows", f"Import {upload['file_name']}", context)

    def _stored(self, request: HttpRequest, token: str, result: ImportResult) -> HttpResponse:
        """Say what was stored; lead back to the rows that were refused, where there are any."""
        new, changed, same = (result.count(one) for one in ("created", "updated", "unchanged"))
        text = f"Stored: {new:,} new, {changed:,} changed; {same:,} were the same already."
        if not result.count("rejected"):
            discard_upload(token)
            messages.success(request, text)
            return redirect(f"admin:{self._name('changelist')}")
        messages.success(request, text)
        messages.warning(request, f"{result.count('rejected'):,} refused rows were left out.")
        return redirect(f"admin:{self._name('import_rows')}", token)

    def _refused(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """Give the refused rows with their reasons as a file, to mend and upload again."""
        self._check(request)
        try:
            upload, sheet = self._uploaded(request, token)
        except UploadGoneError as error:
            raise Http404 from error
        result = self.run_import(request, sheet, upload["options"], dry_run=True)
        return _csv_file("refused-rows.csv", refused_rows(sheet, result))

    def _example(self, request: HttpRequest) -> HttpResponseBase:
        self._check(request)
        name = f"{self.opts.verbose_name_plural}-example.csv"
        return _csv_file(name, write_csv(self.template_rows()))

    def _uploaded(self, request: HttpRequest, token: str) -> tuple[dict[str, Any], Sheet]:
        upload = request.session.get(_SESSION_KEY, {}).get(token)
        if upload is None or upload["model"] != self.opts.label_lower:
            raise UploadGoneError(token)
        return upload, self._sheet(token, upload)

    def _sheet(self, token: str, upload: dict[str, Any]) -> Sheet:
        content = BytesIO(find_upload(token).read_bytes())
        return self.read_sheet(content, upload["file_name"], upload["options"])

    def _page(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any]
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        common = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, f"campaigns/{name}.html", {**common, **context})

    def _check(self, request: HttpRequest) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied


def _remember(request: HttpRequest, token: str, upload: dict[str, Any]) -> None:
    """Keep in the session whose upload it is: another user's token opens nothing."""
    uploads = {**request.session.get(_SESSION_KEY, {}), token: upload}
    request.session[_SESSION_KEY] = dict(list(uploads.items())[-_REMEMBERED:])


def _csv_file(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        (line.encode() for line in ["\ufeff", *lines]), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
