"""Short links, their checks, recipients and domains in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTextrailAdmin, TextrailAdmin, signed_in_user
from campaigns.models import Send
from campaigns.personal_data import may_see_personal_data, shown_email, shown_phone
from links import services
from links.admin_filters import LastCheckFilter, RecipientSendFilter, SendFilter
from links.forms import DomainForm, LinkForm
from links.link_pages import link_views
from links.models import Domain, Link, LinkCheck, RecipientLink
from links.qr import qr_svg

_CHECK_COLORS = {"Works": "success", "Does not work": "danger", "Not checked": "default"}
_CHECK_WORDS = {True: "Works", False: "Does not work", None: "Not checked"}
_STATUS_COLORS = {
    "Active": "success",
    "Retired": "danger",
    "Expired": "warning",
    "Not started": "info",
}
_UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")


@admin.register(Domain)
class DomainAdmin(TextrailAdmin):
    """Branded hosts that serve short links."""

    form = DomainForm
    list_display = ("host", "scheme", "is_default", "is_active", "link_count", "root_url")
    list_filter = ("is_active",)
    search_fields = ("host",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Domain]:
        """Count the links along."""
        queryset: QuerySet[Domain] = super().get_queryset(request)
        return queryset.annotate(link_total=Count("links"))

    @display(description="Links", ordering="link_total")
    def link_count(self, domain: Any) -> int:
        """How many links it serves."""
        return int(domain.link_total)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A host with links stays: it stands in messages that were sent."""
        return ("host",) if obj is not None and obj.link_total else ()

    def save_model(self, request: HttpRequest, obj: Domain, form: Any, change: Any) -> None:
        """Store it and tell the redirectors."""
        services.save_domain(domain=obj, now=timezone.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a domain without links can go."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.links.exists())


@admin.register(Link)
class LinkAdmin(TextrailAdmin):
    """Short links with their last checks."""

    form = LinkForm
    list_display = (
        "short_link", "send_name", "destination", "state", "phone", "desktop", "checked",
    )  # fmt: skip
    list_display_links = ("short_link",)
    list_filter = ("status", LastCheckFilter, SendFilter, "domain")
    list_select_related = ("domain", "send")
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        """Bring each link's last checks along."""
        return Link.objects.with_last_checks()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address stays once it exists; a message's link says what its send says."""
        if obj is None:
            return ()
        fixed = ("domain", "code")
        return fixed if obj.message_id is None else (*fixed, "destination_url", *_UTM_FIELDS)

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
        link = Link.objects.select_related("domain", "send").filter(pk=object_id).first()
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

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that check links and the QR code."""
        wrap = self.admin_site.admin_view
        return [
            path("check-send/<uuid:pk>/", wrap(self.check_send_view), name="links_check_send"),
            path("<uuid:pk>/check/", wrap(self.check_link_view), name="links_check_link"),
            path("<uuid:pk>/qr.svg", wrap(self.qr_view), name="links_link_qr"),
            *super().get_urls(),
        ]

    def check_send_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Check all links of a send."""
        send = get_object_or_404(Send, pk=pk)
        home = reverse("admin:campaigns_send_change", args=[pk])
        return self._check_view(request, list(Link.objects.of_send(send)), home)

    def check_link_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Check one link."""
        link = get_object_or_404(Link.objects.select_related("domain"), pk=pk)
        return self._check_view(request, [link], reverse("admin:links_link_change", args=[pk]))

    def qr_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Answer with the link's QR code."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        link = get_object_or_404(Link.objects.select_related("domain"), pk=pk)
        return HttpResponse(qr_svg(link.short_url), content_type="image/svg+xml")

    def _check_view(self, request: HttpRequest, links: list[Link], home: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        following = request.POST.get("next") or request.GET.get("next") or ""
        if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
            following = home
        if request.method == "POST":
            _tell(request, services.check_links(links=links, now=timezone.now()))
            return HttpResponseRedirect(following)
        context = {
            **self.admin_site.each_context(request),
            "title": "Check links",
            "opts": self.opts,
            "links": links,
            "next": following,
        }
        return render(request, "links/check_confirm.html", context)

    @display(description="Short link", ordering="code")
    def short_link(self, link: Link) -> SafeString:
        """The address without its scheme, and its title."""
        return format_html('<span class="font-semibold" title="{}">{}</span>', link.title, link)

    @display(description="Send", ordering="send__name", empty_value="No send")
    def send_name(self, link: Link) -> str | None:
        """The send it belongs to, with the version."""
        if link.send is None:
            return None
        version = f" · {link.utm_content}" if link.utm_content else ""
        return f"{link.send.name}{version}"

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

    @display(description="Phone", label=_CHECK_COLORS)
    def phone(self, link: Any) -> str:
        """The last check as a phone."""
        return _CHECK_WORDS[link.phone_ok]

    @display(description="Desktop", label=_CHECK_COLORS)
    def desktop(self, link: Any) -> str:
        """The last check as a desktop."""
        return _CHECK_WORDS[link.desktop_ok]

    @display(description="Last check", ordering="last_checked_at", empty_value="Never")
    def checked(self, link: Any) -> str | None:
        """How long ago it was last checked."""
        return f"{timesince(link.last_checked_at, depth=1)} ago" if link.last_checked_at else None

    @admin.action(description="Check now on phone and desktop", permissions=["change"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        """Follow the selected links now."""
        links = list(queryset.select_related("domain")[:50])
        _tell(request, services.check_links(links=links, now=timezone.now()))

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


@admin.register(LinkCheck)
class LinkCheckAdmin(ReadOnlyTextrailAdmin):
    """What each check met, hop by hop."""

    list_display = ("link_name", "device", "result", "finding", "final_status", "checked_at")
    list_filter = ("is_ok", "device", "checked_at")
    list_select_related = ("link__domain", "link__send")
    search_fields = ("link__code", "final_url", "link__send__name")
    fields = ("link", "device", "result_tag", "checked_at", "problem_list", "hop_table")
    readonly_fields = ("result_tag", "problem_list", "hop_table")

    class Media:
        css = {"all": ("links/links.css",)}

    @display(description="Link", ordering="link__code")
    def link_name(self, check: LinkCheck) -> str:
        """The short address."""
        return str(check.link)

    @display(description="Result", ordering="is_ok", label=_CHECK_COLORS)
    def result(self, check: LinkCheck) -> str:
        """Whether the link worked."""
        return _CHECK_WORDS[check.is_ok]

    @display(description="What was found", empty_value="All well")
    def finding(self, check: LinkCheck) -> str | None:
        """The first problem, shortened."""
        text = check.problems[0]["message"] if check.problems else None
        return text if text is None or len(text) <= 70 else f"{text[:69]}…"

    @display(description="Result")
    def result_tag(self, check: LinkCheck) -> SafeString:
        """Whether the link worked, as a coloured tag."""
        kind = "good" if check.is_ok else "bad"
        text = _CHECK_WORDS[check.is_ok]
        return format_html('<span class="tr-tag tr-tag-{}">{}</span>', kind, text)

    @display(description="What was found")
    def problem_list(self, check: LinkCheck) -> SafeString | str:
        """All problems in words."""
        if not check.problems:
            return "All well: the page opens, every UTM value arrives."
        return render_to_string("links/_problems.html", {"problems": check.problems})

    @display(description="Way")
    def hop_table(self, check: LinkCheck) -> SafeString:
        """Every hop with its answer and time."""
        return render_to_string("links/_hops.html", {"hops": check.hops})


@admin.register(RecipientLink)
class RecipientLinkAdmin(ReadOnlyTextrailAdmin):
    """Who got which link. Numbers and addresses are masked for whoever may not see them."""

    list_filter = (RecipientSendFilter,)
    list_select_related = ("link__domain", "link__send")

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """Show what this user may see."""
        return (*_personal_columns(request), "name", "short_link", "send_name", "created_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Show what this user may see."""
        return (*_personal_columns(request), "name", "external_id", "short_link", "send_name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Everything is read only."""
        return self.get_fields(request, obj)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search by number or e-mail only where they may be seen."""
        allowed = may_see_personal_data(request.user)
        return ("phone", "email", "name", "suffix") if allowed else ("name", "suffix")

    @display(description="Short link")
    def short_link(self, recipient: RecipientLink) -> str:
        """This recipient's own address."""
        return recipient.short_url

    @display(description="Send", ordering="link__send__name", empty_value="No send")
    def send_name(self, recipient: RecipientLink) -> str | None:
        """The send it belongs to, with the version."""
        link = recipient.link
        if link.send is None:
            return None
        return f"{link.send.name}{' · ' if link.utm_content else ''}{link.utm_content}"


def _personal_columns(request: HttpRequest) -> tuple[Any, Any]:
    """Return columns bound to this request's user: Django hands columns only the row."""

    @display(description="Phone")
    def phone(recipient: RecipientLink) -> str:
        return shown_phone(request.user, recipient.phone) or "Erased"

    @display(description="E-mail", empty_value="None given")
    def email(recipient: RecipientLink) -> str | None:
        return shown_email(request.user, recipient.email) or None

    return phone, email


def _tell(request: HttpRequest, checks: list[LinkCheck]) -> None:
    bad = [check for check in checks if not check.is_ok]
    if not checks:
        messages.warning(request, "There was no link to check.")
    elif not bad:
        count = len({check.link_id for check in checks})
        named = "The link works" if count == 1 else f"All {count} links work"
        messages.success(request, f"{named} on phone and desktop, with every UTM value intact.")
    for check in bad:
        first = next(item for item in check.problems if item["severity"] == "error")
        messages.error(request, f"{check}: {first['message']}")
