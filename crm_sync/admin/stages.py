"""Pipelines and what their stages mean."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTabularInline, ReadOnlyTextrailAdmin, TextrailAdmin
from crm_sync.admin.badges import OUTCOME_COLOURS
from crm_sync.models import Pipeline, Stage
from crm_sync.stages import set_stage_outcome


class StageInline(ReadOnlyTabularInline):
    """The stages of a pipeline in order."""

    model = Stage
    fields = ("name", "outcome", "is_outcome_fixed", "is_archived")
    readonly_fields = ("is_outcome_fixed",)
    show_change_link = True


@admin.register(Pipeline)
class PipelineAdmin(ReadOnlyTextrailAdmin):
    """The CRM's pipelines."""

    list_display = ("name", "connection", "stage_count")
    list_filter = ("connection",)
    list_select_related = ("connection",)
    search_fields = ("name",)
    fields = ("name", "connection")
    inlines = (StageInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pipeline]:
        """Count the stages in the same query."""
        rows: QuerySet[Pipeline] = super().get_queryset(request)
        return rows.annotate(stages_found=Count("stages"))

    @display(description="Stages", ordering="stages_found")
    def stage_count(self, pipeline: Pipeline) -> int:
        """Return how many stages it has."""
        found: Any = pipeline
        return int(found.stages_found)


@admin.register(Stage)
class StageAdmin(TextrailAdmin):
    """A stage's meaning can be set by hand; its deals follow at once."""

    list_display = ("name", "pipeline", "meaning", "is_outcome_fixed", "deal_count", "is_archived")
    list_filter = ("pipeline__connection", "outcome", "is_archived")
    list_select_related = ("pipeline",)
    search_fields = ("name", "pipeline__name")
    fields = ("name", "pipeline", "outcome", "is_outcome_fixed", "is_archived")
    readonly_fields = ("name", "pipeline", "is_outcome_fixed", "is_archived")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stage]:
        """Count the deals in the same query."""
        rows: QuerySet[Stage] = super().get_queryset(request)
        return rows.annotate(deals_found=Count("deals"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: stages come from the CRM."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Stage | None = None) -> bool:
        """Refuse: stages come from the CRM."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Stage,
        form: ModelForm,
        change: bool,  # noqa: FBT001  (Django's signature)
    ) -> None:
        """Let the stage and its deals take the new meaning."""
        moved = set_stage_outcome(stage=obj, outcome=obj.outcome, now=timezone.now())
        self.message_user(request, f"{moved:,} deals moved with the stage.")

    @display(description="Means", ordering="outcome", label=OUTCOME_COLOURS)
    def meaning(self, stage: Stage) -> str:
        """Return what the stage says about a deal."""
        return stage.get_outcome_display()

    @display(description="Deals", ordering="deals_found")
    def deal_count(self, stage: Stage) -> str:
        """Return how many deals stand there."""
        found: Any = stage
        return f"{found.deals_found:,}"
