"""The banner on a send's page while one of its links is broken."""

from typing import Any

from django.http import HttpRequest

from campaigns.models import Send
from campaigns.send_page import Panel
from links.alert_words import advice_for, shown_problems
from links.models import LinkAlert


def alert_panel_context(send: Send, request: HttpRequest) -> dict[str, Any] | None:
    """Return the send's open alerts with what to do; None, and no panel, where there is none."""
    alerts = LinkAlert.objects.open().filter(link__send=send).select_related("link__domain")
    rows = [
        {
            "alert": alert,
            "problems": shown_problems(alert.problems),
            "advice": advice_for(alert.problems),
        }
        for alert in alerts
    ]
    return {"rows": rows} if rows else None


ALERT_PANEL = Panel(
    title="Broken links",
    position=5,
    template="links/alert_panel.html",
    context=alert_panel_context,
)
