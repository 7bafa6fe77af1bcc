"""The ledger: every posting, walkable to its touch, its tap, its link and its send."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from unfold.decorators import display

from attribution.admin.figure_filters import EntriesBehindFigure, SumsFigure
from attribution.models import Bucket, CreditBatch, CreditEntry, Outcome
from attribution.page_urls import page_url
from attribution.reports.columns import shown_count
from attribution.reports.metrics import counted
from attribution.reports.wording import reason_in_words
from campaigns.admin_base import ReadOnlyTabularInline, ReadOnlyTextrailAdmin
from campaigns.money import display_amount
from tracking.models import Click

BUCKET_COLORS = {
    Bucket.ATTRIBUTED: "success",
    Bucket.UNATTRIBUTED: "warning",
    Bucket.EXCLUDED: "danger",
}


class LedgerColumns:
    """What an entry looks like in a list, here and on its batch."""

    @display(description="What happened")
    def fact(self, obj: CreditEntry) -> str:
        """Return the outcome by the deal's or the event's name."""
        return str(obj.outcome)

    @display(description="Where it stands", label=BUCKET_COLORS)
    def standing(self, obj: CreditEntry) -> tuple[str, str]:
        """Return the bucket as a badge."""
        return obj.bucket, obj.get_bucket_display()

    @display(description="Amount", ordering="amount_minor")
    def amount(self, obj: CreditEntry) -> str:
        """Return the difference that was posted."""
        return display_amount(obj.amount_minor, settings.REPORTING_CURRENCY)

    @display(description="Share", ordering="count_micro")
    def share(self, obj: CreditEntry) -> str:
        """Return the difference in outcomes."""
        return shown_count(counted(obj.count_micro))

    @display(description="Earned by")
    def earner(self, obj: CreditEntry) -> str:
        """Return the channel and send, or why nobody earned it."""
        if obj.reason:
            return reason_in_words(obj.reason)
        return " · ".join(str(part) for part in (obj.channel, obj.send) if part)


@admin.register(CreditEntry)
class CreditEntryAdmin(LedgerColumns, SumsFigure):
    """The lines of the ledger, newest first. Nothing here can be changed by anybody."""

    list_display = (
        "posted_at",
        "fact",
        "rule_name",
        "standing",
        "amount",
        "share",
        "earner",
        "why",
    )
    list_display_links = ("posted_at", "fact")
    list_filter = (
        EntriesBehindFigure, "rule", "bucket", "outcome__kind", "batch__cause", "channel"
    )  # fmt: skip
    list_select_related = (
        "batch", "outcome__deal", "outcome__event", "rule", "channel", "send"
    )  # fmt: skip
    search_fields = ("outcome__deal__name", "send__name", "send__utm_campaign")
    ordering = ("-batch__number", "line")
    fieldsets = (
        (None, {"fields": ("fact", "rule_name", "bucket", "amount", "share", "why", "posted_at")}),
        ("From here to the tap", {"fields": ("earner", "touch_link", "tap_link", "short_link", "message_link", "send_link", "deal_link")}),
    )  # fmt: skip
    readonly_fields = (
        "fact", "rule_name", "amount", "share", "why", "posted_at", "earner",
        "touch_link", "tap_link", "short_link", "message_link", "send_link", "deal_link",
    )  # fmt: skip

    @display(description="Posted", ordering="batch__number")
    def posted_at(self, obj: CreditEntry) -> str:
        """Return when the entry's batch was posted."""
        return date_format(localtime(obj.batch.posted_at), "M j, Y H:i")

    @display(description="Rule", ordering="rule")
    def rule_name(self, obj: CreditEntry) -> str:
        """Return the rule with its version."""
        return str(obj.rule)

    @display(description="Because")
    def why(self, obj: CreditEntry) -> str:
        """Return the batch's cause, and whether it restates a locked period."""
        cause = obj.batch.get_cause_display()
        return f"{cause} (restates a locked period)" if obj.is_restatement else cause

    @display(description="Touch")
    def touch_link(self, obj: CreditEntry) -> str:
        """Return the way to the touch."""
        return _link("tracking_touchpoint_change", obj.touch, str(obj.touch))

    @display(description="Tap")
    def tap_link(self, obj: CreditEntry) -> str:
        """Return the way to the recorded tap behind the touch."""
        click = Click.objects.filter(pk=obj.touch.click_id).first() if obj.touch else None
        return _link("tracking_click_change", click, str(click))

    @display(description="Short link")
    def short_link(self, obj: CreditEntry) -> str:
        """Return the way to the link that was tapped."""
        return _link("links_link_change", obj.link, str(obj.link))

    @display(description="Message")
    def message_link(self, obj: CreditEntry) -> str:
        """Return the way to the message that was read: its text stands on its send's page."""
        return _link("campaigns_send_change", obj.send if obj.message else None, str(obj.message))

    @display(description="Send")
    def send_link(self, obj: CreditEntry) -> str:
        """Return the way to the send."""
        return _link("campaigns_send_change", obj.send, str(obj.send))

    @display(description="Deal")
    def deal_link(self, obj: CreditEntry) -> str:
        """Return the way to the deal's journey."""
        deal = obj.outcome.deal
        return _link("attribution_dealjourney_change", deal, str(deal))


class EntriesOfBatch(LedgerColumns, ReadOnlyTabularInline):
    """A batch's lines."""

    model = CreditEntry
    fields = ("line", "fact", "rule", "bucket", "amount", "share", "earner")
    readonly_fields = ("fact", "amount", "share", "earner")
    per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        """Bring along what the columns name."""
        return (
            super()
            .get_queryset(request)
            .select_related("outcome__deal", "outcome__event", "rule", "channel", "send")
        )


@admin.register(CreditBatch)
class CreditBatchAdmin(ReadOnlyTextrailAdmin):
    """The postings with their causes and the hashes that chain them."""

    list_display = ("number", "cause", "posted_at", "entry_count", "short_hash")
    list_filter = ("cause",)
    fields = ("number", "cause", "posted_at", "entry_count", "previous_hash", "hash")
    inlines = (EntriesOfBatch,)

    @display(description="Hash")
    def short_hash(self, obj: CreditBatch) -> str:
        """Return the beginning of the hash."""
        return obj.hash[:12]


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyTextrailAdmin):
    """What credit is divided for."""

    list_display = ("occurred_at", "kind", "fact", "amount", "left_out")
    list_display_links = ("occurred_at", "fact")
    list_filter = ("kind", "exclusion")
    list_select_related = ("deal", "event")
    search_fields = ("deal__name", "event__name")
    fields = (
        "kind",
        "fact",
        "occurred_at",
        "amount",
        "source_amount",
        "rate",
        "left_out",
        "updated_at",
    )
    readonly_fields = fields

    @display(description="What")
    def fact(self, obj: Outcome) -> str:
        """Return the deal or the event behind it."""
        return str(obj.deal or obj.event)

    @display(description="Amount", ordering="amount_minor")
    def amount(self, obj: Outcome) -> str:
        """Return the amount that is divided."""
        return display_amount(obj.amount_minor, settings.REPORTING_CURRENCY)

    @display(description="In the CRM")
    def source_amount(self, obj: Outcome) -> str:
        """Return the amount as the source says it."""
        if obj.source_amount_minor is None:
            return "–"
        return display_amount(obj.source_amount_minor, obj.source_currency)

    @display(description="Left out")
    def left_out(self, obj: Outcome) -> str:
        """Return why its money or all of it is not divided."""
        return obj.get_exclusion_display() if obj.exclusion else "–"


def _link(view: str, target: Any, text: str) -> str:
    if target is None:
        return "–"
    url = page_url(view, target.pk)
    if not url:
        return text
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, text
    )
