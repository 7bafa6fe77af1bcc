"""Fitting a rule again: the shares before and after are seen first, and only then accepted."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from attribution.models import CreditRule
from attribution.services import NotFittableError, create_rule_version, proposed_fit
from campaigns.admin_base import RowActionRefusedError
from campaigns.models import Channel

_SALT = "attribution.rule_fit"
_HOURS = 12
_GREY = "var(--color-base-400)"


def show_fit(request: HttpRequest, rule: CreditRule) -> HttpResponse:
    """Fit without storing, and show what would change.

    Raises:
        RowActionRefusedError: there are too few journeys.
    """
    try:
        after = proposed_fit(rule=rule, now=timezone.now())
    except NotFittableError as error:
        raise RowActionRefusedError([str(error)]) from error
    context = {
        **admin.site.each_context(request),
        "title": f"Fit “{rule.name}” again",
        "rule": rule,
        "rows": share_rows(rule.parameters, after),
        "fits": [_fit(rule.parameters, "Now"), _fit(after, "New")],
        "is_sampled": "standard_errors" in after,
        "proposal": signing.dumps({"rule": str(rule.pk), "parameters": after}, salt=_SALT),
        "accept_address": reverse("admin:attribution_creditrule_do", args=[rule.pk, "accept-fit"]),
        "back_address": reverse("admin:attribution_creditrule_change", args=[rule.pk]),
    }
    return render(request, "attribution/rules/fit.html", context)


def accept_fit(request: HttpRequest, rule: CreditRule) -> str:
    """Start the version whose shares were seen.

    Raises:
        RowActionRefusedError: what was seen is too old, or belongs to another version.
    """
    text = request.POST.get("proposal", "")
    try:
        seen = signing.loads(text, salt=_SALT, max_age=_HOURS * 3600)
    except signing.BadSignature as error:
        raise RowActionRefusedError(["These shares are too old. Fit the rule again."]) from error
    if seen["rule"] != str(rule.pk):
        raise RowActionRefusedError(["The rule has changed meanwhile. Fit it again."])
    made = create_rule_version(
        slug=rule.slug,
        name=rule.name,
        kind=rule.kind,
        parameters=seen["parameters"],
        lookback_days=rule.lookback_days,
        contact_mode=rule.contact_mode,
        now=timezone.now(),
    )
    return f"“{made.name}” divides by its new shares, as version {made.version}."


def share_rows(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every place with its shares before and after as bars, the largest first."""
    old, new = before.get("shares", {}), after["shares"]
    names = {**before.get("names", {}), **after["names"]}
    colors = {str(channel.pk): channel.color for channel in Channel.objects.all()}
    errors = after.get("standard_errors", {})
    rows = []
    for place in {*old, *new}:
        was, now = (100 * Decimal(str(shares.get(place, 0))) for shares in (old, new))
        rows.append(
            {
                "name": names.get(place, place),
                "color": colors.get(place, _GREY),
                "before": f"{was:.2f}%",
                "after": f"{now:.2f}%",
                "before_width": f"{was:.2f}",
                "after_width": f"{now:.2f}",
                "change": f"{now - was:+.2f}",
                "error": f"± {100 * Decimal(errors[place]):.2f}" if place in errors else "",
                "order": (-now, names.get(place, place)),
            }
        )
    return sorted(rows, key=lambda row: row["order"])


def _fit(parameters: dict[str, Any], label: str) -> dict[str, Any]:
    fitted_on = parameters.get("fitted_on", {})
    return {
        "label": label,
        "day": str(parameters.get("fitted_at", ""))[:10],
        "journeys": fitted_on.get("journeys", 0),
        "null_paths": fitted_on.get("null_paths", 0),
    }
