"""The admin's look and its sidebar, which reads as the story: Plan, Links, Track, CRM, Reports, Credit."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse

Item = dict[str, str]


def _item(title: str, icon: str, view: str, permission: str = "") -> Item:
    return {"title": title, "icon": icon, "view": f"admin:{view}", "permission": permission}


def _model(title: str, icon: str, app: str, model: str) -> Item:
    return _item(title, icon, f"{app}_{model}_changelist", f"{app}.view_{model}")


def _report(title: str, icon: str, name: str) -> Item:
    return _item(title, icon, f"attribution_report_{name}", "attribution.view_sendperformance")


NAVIGATION: list[dict[str, Any]] = [
    {
        "title": "",
        "items": [
            _item("Dashboard", "space_dashboard", "index"),
            _item("Checklist", "checklist", "attribution_checklist"),
        ],
    },
    {
        "title": "Plan",
        "separator": True,
        "items": [
            _model("Campaigns", "campaign", "campaigns", "campaign"),
            _model("Sends", "sms", "campaigns", "send"),
            _item("Calendar", "calendar_month", "campaigns_calendar", "campaigns.view_send"),
            _model("Naming conventions", "spellcheck", "campaigns", "namingconvention"),
            _item(
                "Link linter", "find_in_page", "campaigns_linter", "campaigns.view_namingconvention"
            ),
            _model("Spend", "payments", "campaigns", "spend"),
            _model("Opt-outs", "do_not_disturb_on", "campaigns", "suppression"),
            _item("Changes", "history", "campaigns_changes", "campaigns.view_send"),
        ],
    },
    {
        "title": "Links",
        "separator": True,
        "items": [
            _model("Short links", "link", "links", "link"),
            _model("Link checks", "fact_check", "links", "linkcheck"),
            _model("Broken links", "link_off", "links", "linkalert"),
            _model("Domains", "dns", "links", "domain"),
        ],
    },
    {
        "title": "Track",
        "separator": True,
        "items": [
            _model("Taps", "touch_app", "tracking", "click"),
            _model("Dead ends", "wrong_location", "tracking", "orphantotal"),
            _model("Touches", "ads_click", "tracking", "touchpoint"),
            _model("People", "person", "tracking", "person"),
            _model("Events", "bolt", "tracking", "event"),
            _model("Goals", "flag", "tracking", "goal"),
            _model("Channel rules", "rule", "tracking", "channelrule"),
            _model("Own traffic", "person_off", "tracking", "trafficexclusion"),
            _model("Sources", "sensors", "tracking", "source"),
        ],
    },
    {
        "title": "CRM",
        "separator": True,
        "items": [
            _model("Connections", "cable", "crm_sync", "connection"),
            _model("Deals", "handshake", "crm_sync", "deal"),
            _model("Refunds", "undo", "crm_sync", "dealrefund"),
            _model("Contacts", "contacts", "crm_sync", "contact"),
            _model("Companies", "domain", "crm_sync", "company"),
            _model("Stages", "linear_scale", "crm_sync", "stage"),
            _model("Sync runs", "sync", "crm_sync", "syncrun"),
            _model("Sync problems", "sync_problem", "crm_sync", "syncproblem"),
            _model("Write-backs", "outbox", "crm_sync", "writeback"),
        ],
    },
    {
        "title": "Reports",
        "separator": True,
        "items": [
            _report("Send report", "table_chart", "sends"),
            _report("Channels compared", "compare_arrows", "channels"),
            _report("Funnel", "filter_alt", "funnel"),
            _report("Sourced and influenced", "handshake", "sourced-influenced"),
            _report("Rules side by side", "stacked_bar_chart", "rules"),
            _report("Positions", "linear_scale", "positions"),
            _report("Paths", "timeline", "paths"),
            _report("Time lag", "hourglass_bottom", "time-lag"),
            _report("Cohorts", "grid_on", "cohorts"),
            _report("Changes", "difference", "changes"),
            _report("Reconciliation", "balance", "reconciliation"),
            _report("Data quality", "rule_folder", "data-quality"),
            _model("Report mails", "schedule_send", "attribution", "reportschedule"),
        ],
    },
    {
        "title": "Credit",
        "separator": True,
        "items": [
            _model("Deal journeys", "route", "attribution", "dealjourney"),
            _model("Credit rules", "percent", "attribution", "creditrule"),
            _model("Ledger", "menu_book", "attribution", "creditentry"),
            _item("Evidence", "verified", "attribution_evidence", "attribution.export_evidence"),
            _model("Locked periods", "lock_clock", "attribution", "period"),
            _model("Rebuilds", "restart_alt", "attribution", "rebuild"),
            _model("Findings", "troubleshoot", "attribution", "finding"),
        ],
    },
    {
        "title": "Set-up",
        "separator": True,
        "collapsible": True,
        "items": [
            _model("Channels", "hub", "campaigns", "channel"),
            _model("Sending policies", "policy", "campaigns", "sendingpolicy"),
            _model("API keys", "key", "campaigns", "apikey"),
            _model("Webhooks", "webhook", "links", "webhookendpoint"),
            _model("Webhook deliveries", "outgoing_mail", "links", "webhookdelivery"),
            _model("Exchange rates", "currency_exchange", "campaigns", "exchangerate"),
            _model("Users", "group", "auth", "user"),
            _model("Groups", "groups", "auth", "group"),
            _model("Schedule", "schedule", "django_celery_beat", "periodictask"),
        ],
    },
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar for this person: what they may not see, they do not read."""
    groups = []
    for group in NAVIGATION:
        allowed = [item for item in group["items"] if _may_open(item, request)]
        items = [linked for item in allowed if (linked := _linked(item))["link"]]
        if items:
            groups.append({**group, "items": items})
    return groups


def _may_open(item: Item, request: HttpRequest) -> bool:
    permission = item["permission"]
    return not permission or request.user.has_perm(permission)


def _linked(item: Item) -> dict[str, str]:
    try:
        link = reverse(item["view"])
    except NoReverseMatch:  # Its app is not installed
        link = ""
    return {"title": item["title"], "icon": item["icon"], "link": link}


UNFOLD = {
    "SITE_TITLE": "Textrail",
    "SITE_HEADER": "Textrail",
    "SITE_URL": None,
    "SITE_SUBHEADER": "From text message to revenue",
    "SITE_ICON": lambda request: static("config/icon.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("config/icon.svg"),
        }
    ],
    "LOGIN": {"image": lambda request: static("config/login.svg")},
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "attribution.dashboard.add_dashboard",
    "STYLES": [lambda request: static("config/admin.css")],
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .014 174)",
            "100": "oklch(95% .04 174)",
            "200": "oklch(90% .08 174)",
            "300": "oklch(84% .12 174)",
            "400": "oklch(76% .14 174)",
            "500": "oklch(66% .13 174)",
            "600": "oklch(54% .11 174)",
            "700": "oklch(46% .09 174)",
            "800": "oklch(39% .075 174)",
            "900": "oklch(33% .06 174)",
            "950": "oklch(23% .045 174)",
        }
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": navigation,
    },
}
