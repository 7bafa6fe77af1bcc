"""What a send's page says besides its form: the state, the approval, the checks, the panels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from campaigns.acknowledgements import LONGEST_REASON, SHORTEST_REASON
from campaigns.admin.send_actions import ACCEPT, ACCEPT_TEXT, APPROVE, DECLINE_TEXT
from campaigns.admin_base import signed_in_user
from campaigns.approvals import LONGEST_NOTE, PERMISSION, Approval, approval_of, why_not_approve
from campaigns.models import NamingConvention, Send
from campaigns.money import Money
from campaigns.preflight import CheckResult, Level, errors_in, run_checks, unanswered_in
from campaigns.proposed_texts import waiting_texts, why_not_accept
from campaigns.send_history import Transition, transitions_of
from campaigns.send_page import panels
from campaigns.sending_policy import policy_of
from campaigns.services import blocking

_NEXT_STEP = {
    "draft": "Next: mark it as ready. That needs a message with {link} in every version.",
    "ready": "Next: go live. From then on its UTM values and texts are fixed.",
    "live": "It is going out. Mark it as done when the last message left.",
    "done": "Finished. Its results keep moving as deals do.",
    "cancelled": "Cancelled. It stays here so that its name is never used again.",
}
_STEPS = ("draft", "ready", "live", "done")


@dataclass(frozen=True, slots=True)
class Step:
    """One of a send's states on its way, with who moved it there and when."""

    label: str
    is_past: bool
    is_now: bool
    by: Any = None
    at: datetime | None = None


def conventions_for(send: Send | None) -> QuerySet[NamingConvention]:
    """Return the conventions in force: a send's own, or every channel's for a new one."""
    published = NamingConvention.objects.published().select_related("channel")
    published = published.prefetch_related("tokens")
    return (
        published.filter(channel=send.channel) if send else published.order_by("channel__position")
    )


def story_of(send: Send, request: HttpRequest) -> dict[str, Any]:
    """Return what the page's templates show of a send. Runs every check."""
    shows_checks = send.status in {"draft", "ready", "live"}
    results = run_checks(send, now=timezone.now()) if shows_checks else []
    return {
        "send": send,
        "steps": steps_of(send),
        "next_step": _next_step(send, blocking(send, results)),
        "planned_cost": _planned_cost(send),
        "may_replace": send.status == "live" and request.user.has_perm("campaigns.change_send"),
        "shows_checks": shows_checks,
        "checks_title": "Checks" if send.status == "live" else "Before it goes live",
        "panels": _rendered_panels(send, request),
        **_checks(send, results, request),
        **_approval(send, request),
        **_waiting_texts(send, request),
    }


def steps_of(send: Send) -> list[Step]:
    """Return the states of the usual way; a cancelled send shows how far it came."""
    moves = transitions_of([send])[send.pk]
    newest = {found.after: found for found in moves}
    path = list(_STEPS)
    if send.status == Send.Status.CANCELLED:
        reached = path.index(moves[-1].before) if moves else 0
        path = [*path[: reached + 1], "cancelled"]
    now = path.index(send.status)
    return [_step(send, state, index - now, newest.get(state)) for index, state in enumerate(path)]


def _step(send: Send, state: str, ahead: int, moved: Transition | None) -> Step:
    """Return a state of the way; `ahead` is how far from the present one it lies."""
    label = Send.Status(state).label
    if ahead > 0:
        return Step(label, is_past=False, is_now=False)
    if moved is not None:
        return Step(label, ahead < 0, ahead == 0, moved.by, moved.at)
    if state == Send.Status.DRAFT:
        return Step(label, ahead < 0, ahead == 0, send.created_by, send.created_at)
    return Step(label, ahead < 0, ahead == 0)


def _next_step(send: Send, against: Sequence[CheckResult]) -> str:
    if send.status != Send.Status.READY or not against:
        return _NEXT_STEP[send.status]
    errors = len(errors_in(against))
    open_ = len(against) - errors
    parts = []
    if errors:
        parts.append(f"mend the {_points(errors)} marked ✕")
    if open_:
        parts.append(f"mend or answer the {_points(open_)} marked !")
    return f"Not yet: {' and '.join(parts)} below, then go live."


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count} points"


def _planned_cost(send: Send) -> Money | None:
    if send.planned_cost_minor is None:
        return None
    return Money(send.planned_cost_minor, send.planned_cost_currency)


def _checks(send: Send, results: Sequence[CheckResult], request: HttpRequest) -> dict[str, Any]:
    accepted = [result for result in results if result.acknowledged is not None]
    return {
        "errors_found": errors_in(results),
        "warnings_found": unanswered_in(results),
        "warnings_accepted": accepted,
        "passed": [result for result in results if result.level == Level.OK],
        "needs_answers": policy_of(send.channel).warnings_need_reason,
        "accept_address": reverse("admin:campaigns_send_do", args=[send.pk, ACCEPT])
        if request.user.has_perm("campaigns.change_send")
        else "",
        "shortest_reason": SHORTEST_REASON,
        "longest_reason": LONGEST_REASON,
    }


def _approval(send: Send, request: HttpRequest) -> dict[str, Any]:
    """Say who approved it, whether that still holds, and who is asked now."""
    found = approval_of(send)
    is_needed = policy_of(send.channel).needs_approval and send.status in {"draft", "ready"}
    asks = (is_needed and not (found and found.is_valid)) or _is_void_while_live(send, found)
    why_not = why_not_approve(send, signed_in_user(request)) if asks else ""
    return {
        "approval_needed": is_needed,
        "approval": found,
        "approve_address": reverse("admin:campaigns_send_do", args=[send.pk, APPROVE])
        if asks and not why_not
        else "",
        "why_not_approve": why_not if request.user.has_perm(PERMISSION) else "",
        "longest_note": LONGEST_NOTE,
    }


def _waiting_texts(send: Send, request: HttpRequest) -> dict[str, Any]:
    """Say which new texts wait for a second person, and what this one may do about them."""
    if send.status != Send.Status.LIVE:
        return {"waiting_texts": []}
    user = signed_in_user(request)
    return {
        "waiting_texts": [
            {"row": row, "why_not": why_not_accept(row, user), "is_own": row.proposed_by == user}
            for row in waiting_texts(send)
        ],
        "accept_text_address": reverse("admin:campaigns_send_do", args=[send.pk, ACCEPT_TEXT]),
        "decline_text_address": reverse("admin:campaigns_send_do", args=[send.pk, DECLINE_TEXT]),
    }


def _is_void_while_live(send: Send, found: Approval | None) -> bool:
    """Say whether a text was replaced since somebody approved what is going out."""
    return send.status == Send.Status.LIVE and found is not None and not found.is_valid


def _rendered_panels(send: Send, request: HttpRequest) -> list[tuple[str, str]]:
    rendered: list[tuple[str, str]] = []
    for panel in panels():
        context = panel.context(send, request)
        if context is not None:
            context = {"send": send, **context}
            rendered.append((panel.title, render_to_string(panel.template, context, request)))
    return rendered
