"""Credit rules: how credit is divided, in words. Editing one makes its next version."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from unfold.decorators import display

from attribution.definitions import rule_in_words
from attribution.models import CreditRule
from attribution.reports.wording import lookback_in_words
from attribution.rule_form import CreditRuleForm
from attribution.services import (
    DefaultRuleError,
    create_rule_version,
    make_default,
    retire_rule,
)
from campaigns.admin_base import (
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
    TextrailAdmin,
)


@admin.register(CreditRule)
class CreditRuleAdmin(RowActionsMixin, TextrailAdmin):
    """The rules and their versions. Credit is kept under every active one."""

    form = CreditRuleForm
    list_display = ("name", "state", "in_words", "lookback", "contact_mode", "version")
    list_filter = ("kind", ("retired_at", admin.EmptyFieldListFilter))
    ordering = ("retired_at", "position", "slug", "-version")
    fieldsets = (
        (None, {"fields": ("in_words", "name", "slug", "kind")}),
        ("Which touches count", {"fields": ("lookback_days", "contact_mode", "keeps_direct")}),
        ("Time decay", {"fields": ("half_life_days",)}),
    )
    readonly_fields = ("in_words",)

    @display(description="State", label={"default": "success", "active": "info", "retired": ""})
    def state(self, obj: CreditRule) -> tuple[str, str]:
        """Return whether reports open with it, and whether it holds credit at all."""
        if obj.retired_at:
            return "retired", "Retired"
        return ("default", "Default") if obj.is_default else ("active", "Active")

    @display(description="What it does")
    def in_words(self, obj: CreditRule) -> str:
        """Return the definition a campaign manager understands."""
        if not obj.kind:
            return "Choose a kind; its definition appears here once it is saved."
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
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: CreditRule | None = None) -> bool:
        """Retired versions stay as they were: their credit can be read as of their days."""
        is_retired = obj is not None and obj.retired_at is not None
        return not is_retired and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: CreditRule | None = None) -> bool:
        """Refuse: the ledger names every version for ever. Retire it instead."""
        return False

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
        return redirect("admin:attribution_creditrule_changelist")

    def row_actions(self, request: HttpRequest, obj: CreditRule) -> list[RowAction]:
        """Offer to make an active rule the default one, or to retire it."""
        if obj.retired_at or obj.is_default:
            return []
        return [
            RowAction("default", "Let reports open with it", _make_default),
            RowAction("retire", "Retire", _retire, "danger"),
        ]


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
