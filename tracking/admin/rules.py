"""Channel rules: the ordered list that names a touch's channel."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.admin_base import (
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
    TextrailAdmin,
)
from tracking.channel_rule_order import AtTheEndError, move_rule, next_position, preview_rules
from tracking.channel_wording import describe_conditions, read_conditions, write_conditions
from tracking.channels import FIELDS, OPERATORS, ConditionError
from tracking.models import ChannelRule
from tracking.reclassifying import reclassify
from tracking.rule_sets import load_rules


class ChannelRuleForm(forms.ModelForm):
    """A rule whose conditions are written in words, one a line."""

    when = forms.CharField(
        label="When",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=(
            "One condition a line; all must hold; no line means always. Write “utm_source is sms "
            f"or text”. Fields: {', '.join(name for name, _ in FIELDS.values())}. "
            f"Tests: {', '.join(OPERATORS.values())}."
        ),
    )

    class Meta:
        model = ChannelRule
        fields = ("name", "channel", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.conditions:
            self.initial["when"] = write_conditions(self.instance.conditions)

    def clean_when(self) -> str:
        """Read the lines; keep what they mean for the row."""
        text: str = self.cleaned_data["when"]
        try:
            self.instance.conditions = read_conditions(text)
        except ConditionError as error:
            raise ValidationError(str(error)) from error
        return text


@admin.register(ChannelRule)
class ChannelRuleAdmin(RowActionsMixin, TextrailAdmin):
    """The first rule that matches names the channel."""

    form = ChannelRuleForm
    list_display = ("name", "when_words", "channel", "is_active", "origin")
    list_filter = ("is_active", "channel")
    list_select_related = ("channel",)
    list_per_page = 200
    search_fields = ("name", "channel__name")
    ordering = ("position",)
    list_before_template = "tracking/rules_help.html"
    fieldsets = ((None, {"fields": (("name", "channel"), "when", "is_active")}),)

    @display(description="When")
    def when_words(self, rule: ChannelRule) -> str:
        """Return the conditions as a sentence."""
        text = describe_conditions(rule.conditions)
        return text if len(text) <= 120 else f"{text[:119]}…"

    @display(description="Shipped", boolean=True)
    def origin(self, rule: ChannelRule) -> bool:
        """Whether it came with Textrail."""
        return rule.is_shipped

    def row_actions(self, request: HttpRequest, obj: ChannelRule) -> list[RowAction]:
        """Offer to try the rule earlier or later."""
        return [
            RowAction("up", "Try earlier", lambda request, rule: _move(rule, up=True)),
            RowAction("down", "Try later", lambda request, rule: _move(rule, up=False)),
        ]

    def get_urls(self) -> list[URLPattern]:
        """Add the page that says what the rules would move, and moves it."""
        view = self.admin_site.admin_view(self.apply_page)
        return [
            path("apply/", view, name="tracking_channelrule_apply"),
            *super().get_urls(),
        ]

    def apply_page(self, request: HttpRequest) -> HttpResponse:
        """Show what the rules in force would move among earlier touches; a press moves it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            moved = reclassify(now=timezone.now())
            messages.success(request, f"{moved:,} touches changed their channel; credit follows.")
            return redirect("admin:tracking_channelrule_changelist")
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": "Apply the rules to earlier touches",
            "opts": self.opts,
            "preview": preview_rules(load_rules()),
        }
        return TemplateResponse(request, "tracking/rules_apply.html", context)

    def save_model(self, request: HttpRequest, obj: ChannelRule, form: Any, change: Any) -> None:
        """Put a new rule behind all others."""
        if not change:
            obj.position = next_position()
        super().save_model(request, obj, form, change)


def _move(rule: ChannelRule, *, up: bool) -> str:
    try:
        move_rule(rule=rule, up=up)
    except AtTheEndError as error:
        raise RowActionRefusedError([str(error)]) from error
    return f"“{rule.name}” is now tried one place {'earlier' if up else 'later'}."
