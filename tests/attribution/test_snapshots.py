"""Reading as of one moment."""

from threading import Thread

import pytest
from django.db import InternalError, connection, connections

from attribution.models import Period
from attribution.snapshots import snapshot
from tests.attribution.builders import NOW


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_not_seen() -> None:
    def lock() -> None:
        Period.objects.create(starts_on=NOW.date(), ends_on=NOW.date(), locked_at=NOW)
        connections.close_all()

    with snapshot():
        assert not Period.objects.exists()
        writer = Thread(target=lock)
        writer.start()
        writer.join()
        assert not Period.objects.exists()
    assert Period.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_can_be_written_in_it() -> None:
    with pytest.raises(InternalError, match="read-only"), snapshot(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM attribution_period")
