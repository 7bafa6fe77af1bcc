"""The list of short links: what it shows, how it is searched, and what is done to many at once."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from campaigns.admin_base import TextrailAdmin
from links import services
from links.admin.check_pages import QUICK_LINKS, start_run
from links.admin.check_words import WORDS, tell_outcome
from links.admin_filters import ArchiveFilter, LastCheckFilter, SendFilter, TagFilter
from links.link_columns import LinkColumn, columns, fill_cells
from links.link_pages import send_and_version, state_of
from links.models import Link

STATE_COLORS = {
    "Active": "success",
    "Retired": "danger",
    "Expired": "warning",
    "Limit reached": "warning",
    "Not started": "info",
    "Archived": "default",
}
_MOST_CHECKED = 500


class LinkListMixin(TextrailAdmin):
    """The list's columns, filters, search and actions. Mix in before the admin class."""

    list_display_links = ("short_link",)
    list_filter = (ArchiveFilter, "status", LastCheckFilter, TagFilter, SendFilter, "domain")
    list_select_related = ("domain", "send", "message")
    search_fields = (
        "code", "title", "destination_url", "tags__icontains", "utm_campaign", "send__name",
        "send__campaign__name",
    )  # fmt: skip
    search_help_text = "Search by address, code, title, destination, tag, campaign or send"
    date_hierarchy = "created_at"
    actions: Sequence[str] = (
        "edit_selected", "check_now", "retire", "restore", "archive", "unarchive",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        """Bring each link's last checks along."""
        return Link.objects.with_last_checks()

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show what other apps know of a link beside its own columns."""
        added = [_shown_column(column) for column in columns()]
        own = ("destination", "tag_list", "state", "last_check")
        return ["short_link", "copy", *added, *own]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Fill the added columns for all links of the page at once."""
        page = super().get_changelist_instance(request)
        page.result_list = list(page.result_list)
        cells = fill_cells(page.result_list, request)
        for link in page.result_list:
            link.added_cells = {name: found.get(link.pk) for name, found in cells.items()}
        return page

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Link], search_term: str
    ) -> tuple[QuerySet[Link], bool]:
        """Find a link by its whole address, too."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if "/" in search_term:
            found |= queryset & Link.objects.at_address(search_term)
        return found, may_repeat

    @display(description="Short link", ordering="code")
    def short_link(self, link: Link) -> SafeString:
        """The address without its scheme, and its send or else its title."""
        context = {"link": link, "send": send_and_version(link)}
        return render_to_string("links/_link_cell.html", context)

    @display(description="Copy")
    def copy(self, link: Link) -> SafeString:
        """A button that copies the whole address."""
        return render_to_string("links/_copy.html", {"url": link.short_url})

    @display(description="Destination", ordering="destination_url")
    def destination(self, link: Link) -> SafeString:
        """The destination, shortened, whole on hovering."""
        bare = link.destination_url.split("://", 1)[-1]
        text = bare if len(bare) <= 34 else f"{bare[:33]}…"
        return format_html('<span title="{}">{}</span>', link.destination_url, text)

    @display(description="Tags", empty_value="–")
    def tag_list(self, link: Link) -> SafeString | None:
        """The tags, each leading to the links that have it."""
        return render_to_string("links/_tags.html", {"tags": link.tags}) if link.tags else None

    @display(description="Status", ordering="status", label=STATE_COLORS)
    def state(self, link: Link) -> str:
        """Whether it leads to its destination now; of an archived one, that it is archived."""
        return "Archived" if link.archived_at else state_of(link, timezone.now())

    @display(description="Last check", ordering="last_checked_at")
    def last_check(self, link: Any) -> SafeString:
        """How the last check turned out, the worst of all devices, and how long ago that was."""
        words = WORDS[link.last_check_ok]
        return render_to_string("links/_last_check.html", {"link": link, "words": words})

    @admin.action(description="Check now on iPhone, Android and desktop", permissions=["change"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[Link]) -> HttpResponse | None:
        """Follow the selected links now, or let a worker follow them where they are many."""
        links = list(queryset.select_related("domain", "send")[:_MOST_CHECKED])
        if len(links) > QUICK_LINKS:
            return start_run(request, links)
        tell_outcome(request, services.check_links(links=links, now=timezone.now()))
        return None

    @admin.action(description="Retire: lead to the fallback from now on", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        """Retire the selected links."""
        count = services.retire_links(links=queryset, now=timezone.now())
        messages.success(request, f"{_links(count)} retired. Taps now lead to the fallback.")

    @admin.action(description="Restore retired links", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        """Bring the selected links back."""
        count = services.restore_links(links=queryset, now=timezone.now())
        messages.success(request, f"{_links(count)} restored to the destination.")

    @admin.action(description="Archive: hide from this list", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        """Hide the selected links from the list."""
        count = services.archive_links(links=queryset, now=timezone.now())
        messages.success(
            request,
            f"{_links(count)} archived: hidden from this list, but working as before. "
            "The filter “archive” shows them.",
        )

    @admin.action(description="Take out of the archive", permissions=["change"])
    def unarchive(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        """Show the selected links in the list again."""
        count = services.unarchive_links(links=queryset)
        messages.success(request, f"{_links(count)} taken out of the archive.")


def _links(count: int) -> str:
    return "1 link" if count == 1 else f"{count} links"


def _shown_column(column: LinkColumn) -> Callable[[Any], Any]:
    """Return a column as Django's list takes it: a function of a row, named for its style."""

    @display(description=column.heading, empty_value=column.empty)
    def shown(link: Any) -> Any:
        return link.added_cells[column.name]

    shown.__name__ = column.name
    return shown
