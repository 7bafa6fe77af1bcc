"""What a send's page says besides its form: the convention, the state, the checks, the panels."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from campaigns.models import NamingConvention, Send
from campaigns.preflight import CheckResult, Level, run_checks
from campaigns.send_page import panels

_NEXT_STEP = {
    "draft": "Next: mark it as ready. That needs a message with {link} in every version.",
    "ready": "Next: go live. From then on its UTM values and texts are fixed.",
    "live": "It is going out. Mark it as done when the last message left.",
    "done": "Finished. Its results keep moving as deals do.",
    "cancelled": "Cancelled. It stays here so that its name is never used again.",
}


def conventions_for(send: Send | None) -> QuerySet[NamingConvention]:
    published = NamingConvention.objects.published().select_related("channel")
    published = published.prefetch_related("tokens")
    return (
        published.filter(channel=send.channel) if send else published.order_by("channel__position")
    )


def story_of(send: Send, request: HttpRequest) -> dict[str, Any]:
    steps = ["draft", "ready", "live", "done"]
    reached = steps.index(send.status) if send.status in steps else -1
    shows_checks = send.status in {"draft", "ready", "live"}
    results = run_checks(send, now=timezone.now()) if shows_checks else []
    errors = [result for result in results if result.level == Level.ERROR]
    return {
        "send": send,
        "steps": [
            (Send.Status(step).label, index < reached, index == reached)
            for index, step in enumerate(steps)
        ],
        "next_step": _next_step(send, errors),
        "errors_found": errors,
        "warnings_found": [result for result in results if result.level == Level.WARNING],
        "passed": [result for result in results if result.level == Level.OK],
        "shows_checks": shows_checks,
        "checks_title": "Checks" if send.status == "live" else "Before it goes live",
        "panels": _rendered_panels(send, request),
    }


def _next_step(send: Send, errors: list[CheckResult]) -> str:
    if send.status == Send.Status.READY and errors:
        points = "1 point" if len(errors) == 1 else f"{len(errors)} points"
        return f"Not yet: mend the {points} marked ✕ below, then go live."
    return _NEXT_STEP[send.status]


def _rendered_panels(send: Send, request: HttpRequest) -> list[tuple[str, str]]:
    rendered: list[tuple[str, str]] = []
    for panel in panels():
        context = panel.context(send, request)
        if context is not None:
            context = {"send": send, **context}
            rendered.append((panel.title, render_to_string(panel.template, context, request)))
    return rendered
