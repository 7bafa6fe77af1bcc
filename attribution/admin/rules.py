"""Credit rules: how credit is divided, in words. Editing one makes its next version."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import display

from attribution.admin.rule_fit import accept_fit, show_fit
from attribution.admin.rule_preview import EXAMPLE, preview_of
from attribution.admin.rule_start import LIST, activate_kind, initial_of, start_page
from attribution.definitions import rule_in_words
from attribution.models import CreditRule
from attribution.reports.wording import lookback_in_words
from attribution.rule_form import CreditRuleForm
from attribution.services import (
    DefaultRuleError,
    activate_rule,
    create_rule_version,
    make_default,
    retire_rule,
)
from attribution.weights import DATA_DRIVEN
from campaigns.admin_base import (
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
    RowMade,
    TextrailAdmin,
)

_PREVIEW = "attribution_creditrule_preview"
_IS_CUSTOM = "kind == 'custom'"
_IS_FITTED = "['markov', 'shapley'].includes(kind)"
_DESCRIPTION = (
    "Only what belongs to the chosen kind is read: a half-life for time decay, weights for custom "
    "weights, paid channels for linear over paid channels, the rest for Markov and Shapley."
)


@admin.register(CreditRule)
class CreditRuleAdmin(RowActionsMixin, TextrailAdmin):
    """The rules and their versions. Credit is kept under every active one."""

    form = CreditRuleForm
    list_display = ("name", "state", "in_words", "lookback", "contact_mode", "version")
    list_filter = ("kind", ("retired_at", admin.EmptyFieldListFilter))
    ordering = ("retired_at", "position", "slug", "-version")
    change_list_template = "attribution/rules/change_list.html"
    change_form_after_template = "attribution/rules/preview_box.html"
    fieldsets = (
        (None, {"fields": ("name", "slug", "kind")}),
        (
            "How it divides",
            {
                "description": _DESCRIPTION,
                "fields": (
                    "half_life_days",
                    "first",
                    "lead",
                    "opportunity",
                    "last",
                    "rest",
                    "kind_tap",
                    "kind_visit",
                    "channels",
                    "by",
                    "goal",
                    "order",
                    "keeps_direct",
                ),
            },
        ),
        ("Which touches count", {"fields": ("lookback_days", "contact_mode")}),
    )
    conditional_fields = {
        "half_life_days": "kind == 'time_decay'",
        **dict.fromkeys(("first", "last", "lead", "opportunity", "rest"), _IS_CUSTOM),
        **dict.fromkeys(("kind_tap", "kind_visit"), _IS_CUSTOM),
        "channels": "kind == 'linear_paid'",
        **dict.fromkeys(("by", "goal"), _IS_FITTED),
        "order": "kind == 'markov'",
    }

    @display(description="State", label={"default": "success", "active": "info", "retired": ""})
    def state(self, obj: CreditRule) -> tuple[str, str]:
        """Return whether reports open with it, and whether it holds credit at all."""
        if obj.retired_at:
            return "retired", "Retired"
        return ("default", "Default") if obj.is_default else ("active", "Active")

    @display(description="What it does")
    def in_words(self, obj: CreditRule) -> str:
        """Return the definition a campaign manager understands."""
        return rule_in_words(
            kind=obj.kind,
            parameters=obj.parameters,
            lookback_days=obj.lookback_days,
            contact_mode=obj.contact_mode,
        )

    @display(description="Lookback", ordering="lookback_days")
    def lookback(self, obj: CreditRule) -> str:
        """Return the window in words."""
        return lookback_in_words(obj.lookback_days)

    def get_readonly_fields(self, request: HttpRequest, obj: CreditRule | None = None) -> Any:
        """A rule keeps its slug for all versions."""
        return ("slug",) if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: CreditRule | None = None) -> Any:
        """Whoever may only look sees the rule beside its example, without empty parameters."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        return ((None, {"fields": ("name", "slug", "kind", "lookback_days", "contact_mode")}),)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Open a new rule with the preset or kind that was chosen."""
        return initial_of(request.GET.dict())

    def has_change_permission(self, request: HttpRequest, obj: CreditRule | None = None) -> bool:
        """Retired versions stay as they were: their credit can be read as of their days."""
        is_retired = obj is not None and obj.retired_at is not None
        return not is_retired and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: CreditRule | None = None) -> bool:
        """Refuse: the ledger names every version for ever. Retire it instead."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Add where a rule starts, and the address that divides an example as one types."""
        wrap = self.admin_site.admin_view
        return [
            path("start/", wrap(self._start), name="attribution_creditrule_start"),
            path("activate/", wrap(self._activate), name="attribution_creditrule_activate"),
            path("preview/", wrap(self._answer_preview), name=_PREVIEW),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        """Put the example journey beside the form."""
        form = context["adminform"].form
        chosen = request.POST.get(EXAMPLE) or request.GET.get(EXAMPLE, "")
        obj = kw.get("obj")
        context["preview"] = partial(preview_of, form, chosen=chosen)
        context["preview_address"] = _preview_address(obj)
        context["preview_name"] = EXAMPLE
        return super().render_change_form(request, context, *args, **kw)

    def save_model(self, request: HttpRequest, obj: CreditRule, form: Any, change: Any) -> None:
        """Start the next version, or a new rule; the row that was edited keeps what it said."""
        rule = create_rule_version(
            slug=obj.slug,
            name=obj.name,
            kind=obj.kind,
            parameters=form.parameters(),
            lookback_days=obj.lookback_days,
            contact_mode=obj.contact_mode,
            now=timezone.now(),
        )
        obj.pk, obj.version = rule.pk, rule.version

    def response_change(self, request: HttpRequest, obj: CreditRule) -> HttpResponse:
        """Go to the version that is in force now."""
        text = f"“{obj.name}” is in force as version {obj.version}. Its credit is posted."
        messages.success(request, text)
        return redirect(LIST)

    def row_actions(self, request: HttpRequest, obj: CreditRule) -> list[RowAction]:
        """Offer what makes sense: activate, fit again, make the default one, retire."""
        if obj.retired_at:
            return [RowAction("activate", "Activate", _activate, "primary")]
        offered = []
        if obj.kind in DATA_DRIVEN:
            offered.append(RowAction("fit", "Fit again", show_fit, "primary"))
            offered.append(RowAction("accept-fit", "Accept", accept_fit, is_button=False))
        if not obj.is_default:
            offered.append(RowAction("default", "Let reports open with it", _make_default))
            offered.append(RowAction("retire", "Retire", _retire, "danger"))
        return offered

    def _start(self, request: HttpRequest) -> HttpResponse:
        return self._for_makers(request, "GET", start_page)

    def _activate(self, request: HttpRequest) -> HttpResponse:
        return self._for_makers(request, "POST", activate_kind)

    def _for_makers(
        self, request: HttpRequest, method: str, view: Callable[[HttpRequest], HttpResponse]
    ) -> HttpResponse:
        if request.method != method:
            return HttpResponseNotAllowed([method])
        if not self.has_add_permission(request):
            raise PermissionDenied
        return view(request)

    def _answer_preview(self, request: HttpRequest) -> HttpResponse:
        """Divide the example by what the form says now. Stores nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        known = self.get_object(request, request.GET.get("rule", ""))
        data = request.POST.copy()
        if known:
            data["slug"] = known.slug
        form = CreditRuleForm(data, instance=known, is_preview=True)
        preview = preview_of(form, chosen=request.POST.get(EXAMPLE, ""))
        return render(request, "attribution/rules/preview.html", {"preview": preview})


def _preview_address(rule: CreditRule | None) -> str:
    address = reverse(f"admin:{_PREVIEW}")
    return f"{address}?rule={rule.pk}" if rule else address


def _activate(_request: HttpRequest, rule: CreditRule) -> RowMade:
    made = activate_rule(rule=rule, now=timezone.now())
    return RowMade(f"“{made.name}” is in force as version {made.version}.", made)


def _make_default(_request: HttpRequest, rule: CreditRule) -> str:
    try:
        make_default(rule=rule)
    except DefaultRuleError as error:
        raise RowActionRefusedError([str(error)]) from error
    return f"Reports open with “{rule.name}” from now on."


def _retire(_request: HttpRequest, rule: CreditRule) -> str:
    try:
        retire_rule(rule=rule, now=timezone.now())
    except DefaultRuleError as error:
        raise RowActionRefusedError([str(error)]) from error
    return f"“{rule.name}” is retired. What it held is reversed in the ledger."
