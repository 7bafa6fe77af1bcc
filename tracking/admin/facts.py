"""What was recorded: taps, touches and events. Facts; nobody writes them by hand."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.models import ApiKey
from campaigns.money import display_amount
from campaigns.personal_data import may_see_personal_data
from links.admin_filters import RecipientSendFilter, SendFilter
from tracking.admin.wording import GRADE_COLORS
from tracking.models import Click, Event, Source, Touchpoint
from tracking.retention import kept_months
from tracking.shown_identities import shown_name
from tracking.tap_words import reason_words


class ShowsPeopleMixin(ReadOnlyTextrailAdmin):
    """Pages with a column that names a person, masked for whoever may not see it."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the person's identities along, and on each row whether they may be read.

        The row must carry it: one instance of this class answers all requests at once.
        """
        queryset: QuerySet[Any] = super().get_queryset(request)
        return queryset.prefetch_related("identity__person__identities").annotate(
            unmasked=Value(may_see_personal_data(request.user))
        )

    @display(description="Person")
    def person(self, row: Any) -> SafeString | str:
        """Return the person's name with a link to the journey."""
        if row.identity is None:
            return "Not known"
        person = row.identity.person
        url = reverse("admin:tracking_person_change", args=[person.pk])
        name = shown_name(person.identities.all(), unmasked=row.unmasked)
        return format_html('<a href="{}">{}</a>', url, name)


@admin.register(Click)
class ClickAdmin(ReadOnlyTextrailAdmin):
    """Taps: every hit on a short domain, people's and machines'."""

    list_display = ("occurred_at", "short_link", "send_name", "grade_label", "why", "answered")
    list_display_links = ("occurred_at",)
    list_filter = (
        ("grade", ChoicesDropdownFilter),
        ("answer", ChoicesDropdownFilter),
        RecipientSendFilter,
        ("occurred_at", RangeDateTimeFilter),
    )
    list_before_template = "tracking/kept_taps.html"
    list_select_related = ("link__domain", "link__send")
    search_fields = ("path", "link__code", "link__send__name")
    search_help_text = "Search by short link or send"
    fieldsets = (
        (None, {"fields": ("occurred_at", "short_link", "send_name", "answered")}),
        ("Who or what it was", {"fields": ("grade_label", "why", "method", "user_agent")}),
        ("What it was made with", {"fields": ("device", "os", "browser", "country")}),
        ("Where it came from", {"fields": ("referrer", "query", "recipient")}),
    )
    readonly_fields = ("short_link", "send_name", "grade_label", "why", "answered")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let an address name a send: that is how a report's figure leads to its taps."""
        return lookup == "link__send__id__exact" or super().lookup_allowed(lookup, value, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say above the list how long single taps are kept."""
        kept = kept_months(keep_months=settings.CLICK_RETENTION_MONTHS)
        return super().changelist_view(request, {"kept": kept, **(extra_context or {})})

    @display(description="Short link")
    def short_link(self, click: Click) -> str:
        """Return the address that was tapped."""
        return f"{click.host}{click.path}"

    @display(description="Send", ordering="link__send__name")
    def send_name(self, click: Click) -> str:
        """Return the send whose link it is."""
        if click.link is None:
            return "No link of ours"
        return click.link.send.name if click.link.send else "Link without a send"

    @display(description="Grade", label=GRADE_COLORS, ordering="grade")
    def grade_label(self, click: Click) -> str:
        """Return how sure it is that a person tapped."""
        return click.get_grade_display()

    @display(description="Why", ordering="reason")
    def why(self, click: Click) -> str:
        """Return the reason of the grade in words."""
        if click.grade == Click.Grade.CONFIRMED:
            return "The landing page reported it"
        return reason_words(click.reason)

    @display(description="Answer", ordering="answer")
    def answered(self, click: Click) -> str:
        """Return what the redirector did."""
        return click.get_answer_display()


@admin.register(Touchpoint)
class TouchpointAdmin(ShowsPeopleMixin):
    """Touches: what may earn credit, and what named its channel."""

    list_display = (
        "occurred_at", "kind", "channel", "campaign_name", "person", "named_by", "strength",
    )  # fmt: skip
    list_display_links = ("occurred_at",)
    list_filter = (
        ("channel", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        SendFilter,
        ("occurred_at", RangeDateTimeFilter),
    )
    ordering = ("-occurred_at",)
    list_select_related = ("channel", "send", "link", "channel_rule", "identity")
    search_fields = ("utm_campaign", "utm_source", "send__name")
    search_help_text = "Search by campaign, source or send"
    fieldsets = (
        (None, {"fields": ("occurred_at", "kind", "person", "strength", "exclusion")}),
        ("Channel", {"fields": ("channel", "named_by", "rule_set_version", "ad_clicks")}),
        (
            "What it carried",
            {
                "fields": (
                    "send", "link", "message", "utm_source", "utm_medium", "utm_campaign",
                    "utm_content", "utm_term", "referrer", "page_url",
                )
            },
        ),
    )  # fmt: skip
    readonly_fields = ("person", "strength", "named_by", "ad_clicks")

    @display(description="Campaign", ordering="utm_campaign")
    def campaign_name(self, touch: Touchpoint) -> str:
        """Return the send, else the tagged campaign."""
        return touch.send.name if touch.send else touch.utm_campaign or "–"

    @display(description="Named by", ordering="channel_rule__position")
    def named_by(self, touch: Touchpoint) -> str:
        """Return the rule that named the channel."""
        if touch.channel_rule:
            return touch.channel_rule.name
        return "Our own link" if touch.link else "A rule since removed"

    @display(description="Evidence", label=GRADE_COLORS, ordering="evidence_grade")
    def strength(self, touch: Touchpoint) -> str:
        """Return how sure it is that a person did it."""
        return {0: "Confirmed", 1: "Likely"}.get(touch.evidence_grade, "Unknown")

    @display(description="Ad click ids")
    def ad_clicks(self, touch: Touchpoint) -> str:
        """Return the names of the ad parameters that came along."""
        return ", ".join(sorted(touch.click_ids)) or "–"


@admin.register(Event)
class EventAdmin(ShowsPeopleMixin):
    """Events: forms, bookings, visits, told by websites and servers."""

    list_display = ("occurred_at", "what", "counts_as", "person", "send", "worth", "told_by")
    list_display_links = ("occurred_at",)
    list_filter = (
        ("goal", RelatedDropdownFilter),
        SendFilter,
        ("occurred_at", RangeDateTimeFilter),
    )
    list_select_related = ("goal", "send", "identity")
    search_fields = ("name", "event_id", "send__name")
    search_help_text = "Search by name, the sender's event id or send"
    fieldsets = (
        (None, {"fields": ("occurred_at", "what", "goal", "person", "worth")}),
        ("Where it belongs", {"fields": ("send", "touchpoint", "tags", "page_url", "referrer")}),
        ("How it came", {"fields": ("told_by", "event_id", "received_at", "details")}),
    )
    readonly_fields = ("what", "person", "worth", "told_by", "tags", "details")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Bring the senders' names along."""
        queryset: QuerySet[Event] = super().get_queryset(request)
        return queryset.annotate(sender=Coalesce(_name_in(Source), _name_in(ApiKey), Value("")))

    @display(description="Event", ordering="name")
    def what(self, event: Event) -> str:
        """Return the event's name in words."""
        return event.goal.name if event.goal else event.name.replace("-", " ").capitalize()

    @display(description="Counts as", label={"Lead": "success"}, ordering="goal")
    def counts_as(self, event: Event) -> str:
        """Return that it is a lead, where its name is a goal's."""
        return "Lead" if event.goal else ""

    @display(description="UTM values")
    def tags(self, event: Event) -> str:
        """Return what it was tagged with."""
        return in_words(event.utm)

    @display(description="Properties")
    def details(self, event: Event) -> str:
        """Return what else the sender said."""
        return in_words(event.properties)

    @display(description="Worth", ordering="value_minor")
    def worth(self, event: Event) -> str:
        """Return its value."""
        if event.value_minor is None:
            return "–"
        return display_amount(event.value_minor, event.currency)

    @display(description="Told by")
    def told_by(self, event: Any) -> str:
        """Return the website or the API key that reported it."""
        return event.sender or "A signed-in user"


def in_words(values: dict[str, Any]) -> str:
    """Return named values as a line of text."""
    return ", ".join(f"{name}: {value}" for name, value in values.items()) or "–"


def _name_in(model: type[Source | ApiKey]) -> Subquery:
    """Return the name of the row whose id an event's origin is."""
    rows: QuerySet[Any] = model._default_manager.annotate(text=Cast("pk", CharField()))
    return Subquery(rows.filter(text=OuterRef("origin")).values("name")[:1])
