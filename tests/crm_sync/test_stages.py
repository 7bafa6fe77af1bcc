"""A stage's meaning set by hand."""

import pytest

from crm_sync.intake import take_deals
from crm_sync.models import Connection, Deal, DealChange, Stage
from crm_sync.stages import set_stage_outcome
from tests.crm_sync.builders import NOW, a_connection, a_deal_record, a_run_with_stages
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db


def test_the_deals_follow_with_history_and_a_note() -> None:
    run = a_run_with_stages()
    take_deals(connection=run.connection, run=run, records=[a_deal_record()], now=NOW)
    PendingChange.objects.all().delete()

    moved = set_stage_outcome(stage=Deal.objects.get().stage, outcome="lost", now=NOW)

    assert moved == 1
    assert Deal.objects.get().outcome == "lost"
    assert DealChange.objects.filter(old_value="Engaging, meaning open").count() == 1
    assert PendingChange.objects.get().cause == "deal_changed"


def test_a_meaning_that_is_the_same_moves_nothing() -> None:
    run = a_run_with_stages()
    take_deals(connection=run.connection, run=run, records=[a_deal_record()], now=NOW)

    assert set_stage_outcome(stage=Deal.objects.get().stage, outcome="open", now=NOW) == 0


def test_a_file_imports_mapping_learns_the_meaning() -> None:
    connection = a_connection(
        provider=Connection.Provider.CSV_FILE, settings={"stages": {"engaging": "open"}}
    )
    a_run_with_stages(connection)
    set_stage_outcome(stage=Stage.objects.get(external_id="engaging"), outcome="lost", now=NOW)

    connection.refresh_from_db()
    assert connection.settings["stages"] == {"engaging": "lost"}
