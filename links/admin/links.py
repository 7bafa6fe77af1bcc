"""Short links in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from campaigns.admin_base import RowAction, RowActionsMixin, signed_in_user
from links import services
from links.admin.check_pages import CheckPagesMixin
from links.admin.link_bulk import LinkBulkMixin
from links.admin.link_files import LinkFilesMixin
from links.admin.link_list import LinkListMixin
from links.admin.qr_pages import QrPagesMixin
from links.destinations import UTM_KEYS
from links.forms import LinkForm
from links.link_files import LABELS
from links.link_page import rendered_panels
from links.link_pages import link_views, state_of
from links.models import Link
from links.qr import QUIET_ZONES, SIZES
from links.utm_warnings import utm_judge


@admin.register(Link)
class LinkAdmin(
    LinkListMixin, LinkBulkMixin, LinkFilesMixin, CheckPagesMixin, QrPagesMixin, RowActionsMixin
):
    """Short links with their taps, checks and QR codes."""

    form = LinkForm
    change_form_outer_before_template = "links/link_page.html"
    fieldsets = (
        (None, {"fields": ("title", ("domain", "code"), "destination_url", "tags")}),
        (
            "UTM values",
            {"fields": (("utm_source", "utm_medium"), ("utm_campaign", "utm_content"), "utm_term")},
        ),
        ("When and how often", {"fields": ("starts_at", "expires_at", "tap_limit")}),
        ("Where else it leads", {"fields": ("fallback_url", "passes_query", "targets")}),
    )

    class Media:
        css = {"all": ("links/links.css",)}
        js = ("links/links.js",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address stays once it exists; a message's link says what its send says."""
        if obj is None:
            return ()
        fixed = ("domain", "code")
        return fixed if obj.message_id is None else (*fixed, "destination_url", *UTM_KEYS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a link that may stand in a message is retired, not removed."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Store it, tell the redirectors, and say what the naming convention makes of it."""
        now = timezone.now()
        services.save_link(link=obj, by=signed_in_user(request), now=now)
        if obj.send_id is None:
            for found in utm_judge(now=now)(obj.utm):
                meant = f" Try “{found.suggestion}”." if found.suggestion else ""
                messages.warning(request, f"{found.message}{meant}")

    def row_actions(self, request: HttpRequest, obj: Any) -> list[RowAction]:
        """Archive a link, or take it out of the archive."""
        if obj.archived_at:
            return [RowAction("unarchive", "Take out of the archive", _unarchive)]
        return [RowAction("archive", "Archive", _archive)]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the short link, its QR code, its checks and its panels above the form."""
        link = Link.objects.select_related("domain", "send", "message").filter(pk=object_id).first()
        shown = self._link_context(link, request) if link else {}
        page: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **shown}
        )
        return page

    def _link_context(self, link: Link, request: HttpRequest) -> dict[str, Any]:
        recipients_url = reverse("admin:links_recipientlink_changelist")
        return {
            "link_view": link_views([link], timezone.now())[0],
            "link_state": state_of(link, timezone.now()),
            "imported_from": LABELS.get(link.imported_from, link.imported_from),
            "link_panels": rendered_panels(link, request),
            "qr_sizes": SIZES,
            "qr_zones": QUIET_ZONES,
            "may_check": self.has_change_permission(request),
            "check_url": reverse("admin:links_check_link", args=[link.pk]),
            "recipients_url": recipients_url + (f"?send={link.send_id}" if link.send else ""),
        }


def _archive(request: HttpRequest, link: Link) -> str:
    services.archive_links(links=[link], now=timezone.now())
    return "It is archived: hidden from the list, but working as before."


def _unarchive(request: HttpRequest, link: Link) -> str:
    services.unarchive_links(links=[link])
    return "It is in the list again."
