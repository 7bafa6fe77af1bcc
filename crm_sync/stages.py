"""What a stage means for its deals: open, won or lost."""

from datetime import datetime

from django.db import transaction

from crm_sync.models import Connection, Deal, DealChange, Stage, SyncRun
from tracking.changes import note_changes
from tracking.models import PendingChange


@transaction.atomic
def set_stage_outcome(*, stage: Stage, outcome: str, now: datetime) -> int:
    """Set by hand what a stage means, for good. Return how many deals moved with it.

    A file import's mapping learns it too, so that the next import agrees.
    """
    stage.outcome = outcome
    stage.is_outcome_fixed = True
    stage.save(update_fields=["outcome", "is_outcome_fixed"])
    connection = stage.pipeline.connection
    if connection.provider == Connection.Provider.CSV_FILE:
        stages = {**connection.settings.get("stages", {}), stage.external_id: outcome}
        connection.settings = {**connection.settings, "stages": stages}
        connection.save(update_fields=["settings"])
    return move_outcomes(stage=stage, run=None, now=now)


def move_outcomes(*, stage: Stage, run: SyncRun | None, now: datetime) -> int:
    """Let the stage's deals follow its new meaning, with history. Return how many moved."""
    deals = list(
        Deal.objects.select_for_update().filter(stage=stage).exclude(outcome=stage.outcome)
    )
    meanings = dict(Stage.Outcome.choices)
    DealChange.objects.bulk_create(
        [
            DealChange(
                deal=deal,
                run=run,
                field=DealChange.Field.STAGE,
                old_value=f"{stage.name}, meaning {meanings[deal.outcome].lower()}",
                new_value=f"{stage.name}, meaning {meanings[stage.outcome].lower()}",
                changed_at=now,
                observed_at=now,
            )
            for deal in deals
        ],
        batch_size=1000,
    )
    Deal.objects.filter(pk__in=[deal.pk for deal in deals]).update(outcome=stage.outcome)
    note_changes(
        subject=PendingChange.Subject.DEAL,
        ids=[deal.pk for deal in deals],
        cause="deal_changed",
        now=now,
    )
    return len(deals)
