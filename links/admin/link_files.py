"""Making many links from a file: a table of ours, or another shortener's export."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from campaigns.admin.imports import ImportPages, UploadForm
from campaigns.admin_base import signed_in_user
from campaigns.import_rows import ImportResult
from campaigns.table_import import Sheet
from links.domains import NoDomainError, default_domain
from links.link_fields import TagsField
from links.link_files import LABELS, MOST_ROWS, read_link_file
from links.link_import import COLUMNS, LinkImport, import_links
from links.models import Domain, Link

_EXAMPLE = {
    "destination_url": "https://www.example.com/spring",
    "title": "Poster at the station",
    "code": "spring-poster",
    "tags": "poster, spring",
    "utm_source": "poster",
    "utm_medium": "print",
    "utm_campaign": "spring-launch",
}


class LinkUploadForm(UploadForm):
    """The file, where its links go, and tags for all of them."""

    domain = forms.ModelChoiceField(
        Domain.objects.filter(is_active=True),
        help_text="For links whose row names none of your domains",
        widget=UnfoldAdminSelectWidget(),
    )
    tags = TagsField(
        required=False, label="Tags", help_text="Added to every link, with commas between"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "file"
        ].help_text = (
            f"A table (CSV or XLSX) or an export of {', '.join(LABELS.values())} (CSV or JSON)"
        )
        self.fields["file"].widget = UnfoldAdminFileFieldWidget(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.json", "placeholder": "Choose a file"}
        )
        self.fields["tags"].widget.known = [tag for tag, _ in Link.objects.tag_counts()]
        try:
            self.initial.setdefault("domain", default_domain().pk)
        except NoDomainError:
            self.fields["domain"].help_text = "There is none yet: add one under Links, Domains."

    def options(self) -> dict[str, Any]:
        """Return the answers as plain values."""
        return {"domain": str(self.cleaned_data["domain"].pk), "tags": self.cleaned_data["tags"]}


class LinkFilesMixin(ImportPages):
    """The pages that make many links at once. Mix in before the admin class."""

    import_title = "Make many links"
    import_columns = COLUMNS
    import_words: Sequence[str] = (
        f"Up to {MOST_ROWS:,} rows; each becomes a new link, or says why not.",
        "Only destination_url must be there. Without a code a random one is made.",
        "UTM values in a destination move to the link’s own UTM values.",
        "UTM values that break the naming convention are warned about.",
        "A day alone starts a link when it begins and expires it when it is over.",
        f"Exports of {', '.join(LABELS.values())} are known by their columns.",
        "Their links keep codes, titles, tags and dates; on one of your domains so do addresses.",
    )

    def import_form(self, request: HttpRequest) -> UploadForm:
        """Return the form of the first page."""
        return LinkUploadForm(request.POST or None, request.FILES or None)

    def read_sheet(self, file: BytesIO, filename: str, options: dict[str, Any]) -> Sheet:
        """Return the rows, whoever wrote the file."""
        return read_link_file(file, filename)

    def run_import(
        self, request: HttpRequest, sheet: Sheet, options: dict[str, Any], *, dry_run: bool
    ) -> ImportResult:
        """Send every row through the service."""
        domain = Domain.objects.filter(pk=options["domain"]).first() or default_domain()
        plan = LinkImport(domain, options["tags"])
        return import_links(
            rows=sheet.rows,
            plan=plan,
            by=signed_in_user(request),
            now=timezone.now(),
            dry_run=dry_run,
        )

    def template_rows(self) -> Iterable[Sequence[str]]:
        """Return the columns, and a link that passes."""
        return [COLUMNS, [_EXAMPLE.get(name, "") for name in COLUMNS]]
