"""Alerts of broken links in the admin."""

from itertools import chain
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTextrailAdmin, RowAction, RowActionsMixin
from links import services
from links.alert_words import advice_for, shown_problems
from links.letters import is_mail_set_up, recipients_beside
from links.models import LinkAlert

_COLORS = {"Broken": "danger", "Mended": "success", "Send is over": "info"}


class OpenFilter(admin.SimpleListFilter):
    """Broken now, or over."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("open", "Broken now"), *LinkAlert.Resolution.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep alerts in that state."""
        if self.value() == "open":
            return queryset.filter(resolved_at__isnull=True)
        return queryset.filter(resolution=self.value()) if self.value() else queryset


@admin.register(LinkAlert)
class LinkAlertAdmin(RowActionsMixin, ReadOnlyTextrailAdmin):
    """Live links that broke: what, since when, on which device, and what to do."""

    list_display = ("link_name", "state", "what_broke", "devices", "send_name", "lasted")
    list_filter = (OpenFilter, "opened_at")
    list_select_related = ("link__domain", "link__send")
    search_fields = ("link__code", "link__send__name")
    ordering = ("resolution", "-opened_at")  # an open one has none, and comes first
    fields = ("state_tag", "link_page", "send_page", "lasted", "problem_list", "advice", "told")
    readonly_fields = fields

    class Media:
        css = {"all": ("links/alerts.css",)}

    @display(description="Link", ordering="link__code")
    def link_name(self, alert: LinkAlert) -> str:
        """The short address."""
        return str(alert.link)

    @display(description="State", label=_COLORS)
    def state(self, alert: LinkAlert) -> str:
        """Broken, or how it ended."""
        return alert.get_resolution_display() if alert.resolved_at else "Broken"

    @display(description="What broke")
    def what_broke(self, alert: LinkAlert) -> str:
        """The first problem, shortened."""
        text = str(alert.problems[0]["message"]) if alert.problems else "–"
        return text if len(text) <= 70 else f"{text[:69]}…"

    @display(description="On")
    def devices(self, alert: LinkAlert) -> str:
        """The devices on which it is broken."""
        names = (shown["devices"].split(", ") for shown in shown_problems(alert.problems))
        return ", ".join(dict.fromkeys(chain.from_iterable(names)))

    @display(description="Send", ordering="link__send__name")
    def send_name(self, alert: LinkAlert) -> str:
        """The send whose texts carry the link."""
        return alert.link.send.name if alert.link.send else "–"

    @display(description="Since", ordering="opened_at")
    def lasted(self, alert: LinkAlert) -> str:
        """When it broke, and how long that lasted."""
        began = timezone.localtime(alert.opened_at)
        lasted = timesince(alert.opened_at, alert.resolved_at or timezone.now())
        how = "for" if alert.resolved_at is None else "it lasted"
        return f"{began:%-d %b %Y, %H:%M}, {how} {lasted}"

    @display(description="State")
    def state_tag(self, alert: LinkAlert) -> SafeString:
        """The state as a coloured tag."""
        kind = "bad" if alert.resolved_at is None else "good"
        return format_html('<span class="tr-tag tr-tag-{}">{}</span>', kind, self.state(alert))

    @display(description="Link")
    def link_page(self, alert: LinkAlert) -> SafeString:
        """The link, leading to its page, where the destination can be changed."""
        return _reference("admin:links_link_change", alert.link_id, str(alert.link))

    @display(description="Send")
    def send_page(self, alert: LinkAlert) -> SafeString | str:
        """The send, leading to its page."""
        send = alert.link.send
        return _reference("admin:campaigns_send_change", send.pk, send.name) if send else "–"

    @display(description="What was found")
    def problem_list(self, alert: LinkAlert) -> SafeString:
        """Each problem in words, with its devices."""
        problems = shown_problems(alert.problems)
        return render_to_string("links/_alert_problems.html", {"problems": problems})

    @display(description="What to do")
    def advice(self, alert: LinkAlert) -> SafeString | str:
        """What a person can do about it."""
        if alert.resolved_at is not None:
            return "Nothing any more."
        return render_to_string("links/_advice.html", {"advice": advice_for(alert.problems)})

    @display(description="Told by e-mail")
    def told(self, alert: LinkAlert) -> str:
        """When people heard of it, or why nobody did."""
        if alert.notified_at is not None:
            return f"{timezone.localtime(alert.notified_at):%-d %b %Y, %H:%M}"
        if not is_mail_set_up():
            return "No: this installation has no mail server (EMAIL_URL)."
        owner = alert.link.send.campaign.owner if alert.link.send else None
        if not recipients_beside(owner):
            return "No: the campaign has no owner with an e-mail, and ALERT_EMAILS names nobody."
        return "Not yet" if alert.resolved_at is None else "No: it ended before"

    def row_actions(self, request: HttpRequest, obj: LinkAlert) -> list[RowAction]:
        """Offer to look at once whether it is mended."""
        if obj.resolved_at is not None:
            return []
        permission = "links.change_link"
        return [RowAction("check", "Check again now", _check, "primary", permission=permission)]


def _check(request: HttpRequest, alert: LinkAlert) -> str:
    services.check_links(links=[alert.link], now=timezone.now())
    alert.refresh_from_db()
    if alert.resolved_at is None:
        return "It was followed again and is still broken, as shown below."
    return "It works again; the alert is closed."


def _reference(view: str, pk: Any, text: str) -> SafeString:
    return format_html('<a class="tr-reference" href="{}">{}</a>', reverse(view, args=[pk]), text)
