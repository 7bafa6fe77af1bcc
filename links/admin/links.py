"""Short links in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.decorators import display

from campaigns.admin_base import signed_in_user
from links import services
from links.admin.check_pages import CheckPagesMixin
from links.admin.check_words import COLORS, WORDS, tell_outcome
from links.admin_filters import LastCheckFilter, SendFilter
from links.destinations import UTM_KEYS
from links.forms import LinkForm
from links.link_pages import link_views, send_and_version
from links.models import Link

_STATUS_COLORS = {
    "Active": "success",
    "Retired": "danger",
    "Expired": "warning",
    "Not started": "info",
}


@admin.register(Link)
class LinkAdmin(CheckPagesMixin):
    """Short links with their last checks."""

    form = LinkForm
    list_display = (
        "short_link", "copy", "send_name", "destination", "state", "check_result", "checked",
    )  # fmt: skip
    list_display_links = ("short_link",)
    list_filter = ("status", LastCheckFilter, SendFilter, "domain")
    list_select_related = ("domain", "send", "message")
    search_fields = ("code", "title", "destination_url", "utm_campaign", "send__name")
    search_help_text = "Search by code, title, destination, utm_campaign or send"
    date_hierarchy = "created_at"
    actions = ("check_now", "retire", "restore")
    change_form_outer_before_template = "links/link_page.html"
    fieldsets = (
        (None, {"fields": ("title", ("domain", "code"), "destination_url", "passes_query")}),
        (
            "UTM values",
            {"fields": (("utm_source", "utm_medium"), ("utm_campaign", "utm_content"), "utm_term")},
        ),
        ("Period", {"fields": ("starts_at", "expires_at", "fallback_url")}),
    )

    class Media:
        css = {"all": ("links/links.css",)}
        js = ("links/links.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        """Bring each link's last checks along."""
        return Link.objects.with_last_checks()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address stays once it exists; a message's link says what its send says."""
        if obj is None:
            return ()
        fixed = ("domain", "code")
        return fixed if obj.message_id is None else (*fixed, "destination_url", *UTM_KEYS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a link that may stand in a message is retired, not removed."""
        return False

    def save_model(self, request: HttpRequest, obj: Link, form: Any, change: Any) -> None:
        """Store it and tell the redirectors."""
        services.save_link(link=obj, by=signed_in_user(request), now=timezone.now())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the short link, its QR code and its last checks above the form."""
        link = Link.objects.select_related("domain", "send", "message").filter(pk=object_id).first()
        shown = {
            "link_view": link_views([link], timezone.now())[0] if link else None,
            "may_check": self.has_change_permission(request),
            "check_url": reverse("admin:links_check_link", args=[object_id]),
            "recipients_url": reverse("admin:links_recipientlink_changelist")
            + (f"?send={link.send_id}" if link and link.send else ""),
        }
        context = {**(extra_context or {}), **shown}
        page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return page

    @display(description="Short link", ordering="code")
    def short_link(self, link: Link) -> SafeString:
        """The address without its scheme, and its title."""
        return format_html('<span class="font-semibold" title="{}">{}</span>', link.title, link)

    @display(description="Copy")
    def copy(self, link: Link) -> SafeString:
        """A button that copies the whole address."""
        return format_html(
            '<button type="button" class="tr-button tr-copy" data-copy="{}">'
            "<span data-copy-label>Copy</span></button>",
            link.short_url,
        )

    @display(description="Send", ordering="send__name", empty_value="No send")
    def send_name(self, link: Link) -> str | None:
        """The send it belongs to, with the version, and whether that was replaced."""
        return send_and_version(link)

    @display(description="Destination", ordering="destination_url")
    def destination(self, link: Link) -> SafeString:
        """The destination, shortened, whole on hovering."""
        bare = link.destination_url.split("://", 1)[-1]
        text = bare if len(bare) <= 44 else f"{bare[:43]}…"
        return format_html('<span title="{}">{}</span>', link.destination_url, text)

    @display(description="Status", ordering="status", label=_STATUS_COLORS)
    def state(self, link: Link) -> str:
        """Whether it leads to its destination now."""
        now = timezone.now()
        if link.status == Link.Status.RETIRED:
            return "Retired"
        if link.expires_at and link.expires_at <= now:
            return "Expired"
        return "Not started" if link.starts_at and link.starts_at > now else "Active"

    @display(description="Check", ordering="last_check_ok", label=COLORS)
    def check_result(self, link: Any) -> str:
        """How the last check turned out, the worst of all devices."""
        return WORDS[link.last_check_ok]

    @display(description="Last check", ordering="last_checked_at", empty_value="Never")
    def checked(self, link: Any) -> str | None:
        """How long ago it was last checked."""
        return f"{timesince(link.last_checked_at, depth=1)} ago" if link.last_checked_at else None

    @admin.action(description="Check now on iPhone, Android and desktop", permissions=["change"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        """Follow the selected links now."""
        links = list(queryset.select_related("domain")[:50])
        tell_outcome(request, services.check_links(links=links, now=timezone.now()))

    @admin.action(description="Retire: lead to the fallback from now on", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        """Retire the selected links."""
        count = services.retire_links(links=queryset, now=timezone.now())
        messages.success(request, f"{count} links retired. Taps now lead to the fallback.")

    @admin.action(description="Restore retired links", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        """Bring the selected links back."""
        count = services.restore_links(links=queryset, now=timezone.now())
        messages.success(request, f"{count} links lead to their destination again.")
