"""The beat table."""

import importlib

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.schedule import TABLE, write_schedule

pytestmark = pytest.mark.django_db


def test_migrating_writes_every_row() -> None:
    written = set(PeriodicTask.objects.values_list("name", flat=True))
    assert {entry.name for entry in TABLE} <= written


def test_an_interval_set_in_the_admin_is_kept() -> None:
    slow, _ = IntervalSchedule.objects.get_or_create(every=900, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.filter(name=TABLE[0].name).update(interval=slow)
    write_schedule()
    assert PeriodicTask.objects.get(name=TABLE[0].name).interval == slow


def test_rules_are_fitted_only_where_somebody_switches_it_on() -> None:
    off = PeriodicTask.objects.filter(name__in=[entry.name for entry in TABLE], enabled=False)
    assert [task.task for task in off] == ["attribution.tasks.fit_rules"]


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.task)
def test_every_row_names_a_task_that_exists(entry) -> None:
    module, _, function = entry.task.rpartition(".")
    assert getattr(importlib.import_module(module), function).name == entry.task
