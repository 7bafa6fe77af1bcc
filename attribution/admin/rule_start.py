"""Where a rule starts: what other tools do, every shipped rule, or weights of one's own."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from attribution.definitions import rule_in_words
from attribution.models import CreditRule
from attribution.presets import PRESETS
from attribution.services import NotFittableError, start_rule
from attribution.weights import DATA_DRIVEN, InvalidRuleError
from campaigns.models import Channel

LIST = "admin:attribution_creditrule_changelist"
_ADD = "admin:attribution_creditrule_add"
_CUSTOM = {"first": 40, "last": 40, "rest": 20}
_DATA_DRIVEN_WORDS = {
    "markov": "A channel’s share is by how much wins would fall without it. Fitted on your own "
    "journeys, those that led to nothing included.",
    "shapley": "A channel’s share is what it adds on average over all combinations of channels. "
    "Fitted on your own journeys, those that led to nothing included.",
}


def start_page(request: HttpRequest) -> HttpResponse:
    """Show what a rule can start from."""
    context = {
        **admin.site.each_context(request),
        "title": "Start a credit rule",
        "presets": [(preset, _add(preset=preset.key)) for preset in PRESETS.values()],
        "kinds": _kinds(),
        "custom": _add(kind=CreditRule.Kind.CUSTOM.value),
        "list_address": reverse(LIST),
        "activate_address": reverse("admin:attribution_creditrule_activate"),
    }
    return render(request, "attribution/rules/start.html", context)


def activate_kind(request: HttpRequest) -> HttpResponse:
    """Put a shipped rule in force, or say why it cannot be."""
    try:
        rule = start_rule(kind=request.POST.get("kind", ""), now=timezone.now())
    except (InvalidRuleError, NotFittableError) as error:
        messages.error(request, str(error))
        return redirect("admin:attribution_creditrule_start")
    messages.success(request, f"“{rule.name}” is in force. Its credit is posted.")
    return redirect(LIST)


def initial_of(params: Mapping[str, str]) -> dict[str, Any]:
    """Return what a new rule's form opens with: a preset, a kind, or nothing."""
    preset = PRESETS.get(params.get("preset", ""))
    if preset:
        return {
            "slug": preset.slug,
            "name": preset.name,
            "kind": preset.kind,
            "lookback_days": preset.lookback_days,
            "contact_mode": preset.contact_mode,
            "parameters": dict(preset.parameters),
        }
    kind = params.get("kind", "")
    if kind in CreditRule.Kind.values:
        slug = kind.replace("_", "-")
        parameters = _CUSTOM if kind == CreditRule.Kind.CUSTOM else {}
        name = CreditRule.Kind(kind).label
        return {"kind": kind, "name": name, "slug": slug, "parameters": parameters}
    return {}


def _kinds() -> list[dict[str, Any]]:
    """Return every shipped rule in words, and whether it is in force."""
    active = {rule.kind: rule for rule in CreditRule.objects.active()}
    paid = {str(c.pk): c.name for c in Channel.objects.filter(is_paid=True)}
    return [
        {
            "kind": kind,
            "name": label,
            "words": _words(kind, paid),
            "rule": active.get(kind),
            "address": _add(kind=kind),
        }
        for kind, label in CreditRule.Kind.choices
        if kind != CreditRule.Kind.CUSTOM
    ]


def _words(kind: str, paid: dict[str, str]) -> str:
    """Return what a kind does, without the sentence on its window."""
    if kind in DATA_DRIVEN:
        return _DATA_DRIVEN_WORDS[kind]
    parameters = {"channels": paid} if kind == "linear_paid" else {}
    if kind == "linear_paid" and not paid:
        return "Credit is divided equally among the touches of channels that are marked as paid."
    words = rule_in_words(
        kind=kind, parameters=parameters, lookback_days=90, contact_mode="roles_else_company"
    )
    return words.split(" Touches of ")[0]


def _add(**params: str) -> str:
    return f"{reverse(_ADD)}?{urlencode(params)}"
