"""Evidence for the first three steps: convention, links, capture."""

from django.db.models import Count, Q, Sum
from django.urls import reverse

from attribution.checklist_lines import Line, all_of, none_of, shown
from attribution.page_urls import page_url
from campaigns.models import NamingConvention, Send
from links.models import Link, LinkCheck
from tracking.models import ClickTotal, Event, Source, Touchpoint

_OUT = ("live", "done")
_LOST = ("direct", "unassigned")
SMS = "sms"


def convention() -> list[Line]:
    """Return what shows that the convention is published and followed. Two queries."""
    published = NamingConvention.objects.published().filter(channel__slug=SMS).first()
    sends = list(
        Send.objects.filter(channel__slug=SMS).values_list(
            "utm_source", "utm_medium", "convention__sources", "convention__mediums"
        )
    )
    followed = sum(
        source in sources and medium in mediums for source, medium, sources, mediums in sends
    )
    text, url = "No convention is published for SMS yet", ""
    if published and published.published_at:
        text = f"Version {published.version} is published since {published.published_at:%B %d, %Y}"
        url = reverse("convention", args=[published.token])
    return [
        shown(text, holds=published is not None, url=url),
        all_of(
            followed,
            len(sends),
            done="SMS sends carry an approved source and medium and a utm_campaign of their own",
            none="No SMS send has been planned yet",
            url=page_url("campaigns_send_changelist"),
        ),
    ]


def links() -> list[Line]:
    """Return the checks of the links that went out, and what followed. Three queries."""
    out = Link.objects.filter(send__status__in=_OUT).with_last_checks()
    counts = out.aggregate(
        total=Count("pk"),
        phone=Count("pk", filter=Q(iphone_ok=True, android_ok=True)),
        desktop=Count("pk", filter=Q(desktop_ok=True)),
    )
    latest = LinkCheck.objects.filter(link__send__status__in=_OUT).latest_per_device()
    hops = [len(hops) for hops in latest.values_list("hops", flat=True)]
    taps = ClickTotal.objects.aggregate(human=Sum("human_count"), machine=Sum("machine_count"))
    human, machine = taps["human"] or 0, taps["machine"] or 0
    none, url = "No link has gone out yet", page_url("links_linkcheck_changelist")
    return [
        all_of(
            counts["phone"],
            counts["total"],
            done="links passed as an iPhone and as an Android phone, every UTM value intact",
            none=none,
            url=url,
        ),
        all_of(
            counts["desktop"],
            counts["total"],
            done="links passed as a desktop, every UTM value intact",
            none=none,
            url=url,
        ),
        all_of(
            sum(length <= 2 for length in hops),
            len(hops),
            done="latest checks met one redirect and no more",
            none="No link has been checked yet",
            url=url,
        ),
        shown(
            f"{human:,} human taps counted, {machine:,} machine taps kept apart",
            holds=human > 0,
            url=page_url("tracking_click_changelist"),
        ),
    ]


def capture() -> list[Line]:
    """Return where SMS traffic was filed and how conversions came in. Four queries."""
    published = NamingConvention.objects.published().filter(channel__slug=SMS).first()
    sources = published.sources if published else [SMS]
    is_sms = Q(utm_source__in=sources) | Q(send__channel__slug=SMS)
    touches = Touchpoint.objects.filter(is_sms).aggregate(
        total=Count("pk"), lost=Count("pk", filter=Q(channel__slug__in=_LOST))
    )
    by_snippet, by_server, tied = _conversions()
    url = page_url("tracking_touchpoint_changelist")
    events = page_url("tracking_event_changelist")
    return [
        shown(f"{touches['total']:,} touches carry an SMS tag or link", holds=touches["total"] > 0),
        none_of(
            touches["lost"],
            broken="touches with an SMS tag or link sit in Direct or Unassigned",
            clean="No touch with an SMS tag or link sits in Direct or Unassigned",
            url=url,
        ),
        shown(
            f"{by_server:,} conversions by server-side event, {by_snippet:,} by the website's snippet",
            holds=by_server > 0,
            url=events,
        ),
        shown(f"{tied:,} conversions are tied to a campaign", holds=tied > 0, url=events),
    ]


def _conversions() -> tuple[int, int, int]:
    """Return goal events by snippet, by server, and those of people with a known campaign."""
    snippets = {str(pk) for pk in Source.objects.values_list("pk", flat=True)}
    counts = (
        Event.objects.filter(goal__isnull=False)
        .order_by()
        .values("origin")
        .annotate(
            total=Count("pk"),
            tied=Count("pk", filter=Q(identity__person__original_campaign__isnull=False)),
        )
    )
    by_snippet = by_server = tied = 0
    for row in counts:
        tied += row["tied"]
        if any(key in row["origin"] for key in snippets):
            by_snippet += row["total"]
        else:
            by_server += row["total"]
    return by_snippet, by_server, tied
