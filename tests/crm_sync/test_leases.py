"""One sync per connection at a time."""

from datetime import timedelta

import pytest

from crm_sync.leases import LEASE_DURATION, ConnectionBusyError, LeaseLostError, take_lease
from tests.crm_sync.builders import NOW, a_connection

pytestmark = pytest.mark.django_db
LATER = NOW + LEASE_DURATION + timedelta(seconds=1)


def test_a_second_runner_is_refused_by_name() -> None:
    connection = a_connection(name="Acme")
    take_lease(connection=connection, now=NOW)
    with pytest.raises(ConnectionBusyError, match="Acme is being synced already") as caught:
        take_lease(connection=connection, now=NOW)
    assert caught.value.leased_until == NOW + LEASE_DURATION


def test_a_released_lease_can_be_taken() -> None:
    connection = a_connection()
    take_lease(connection=connection, now=NOW).release()
    assert take_lease(connection=connection, now=NOW)


def test_the_lease_of_a_dead_runner_runs_out() -> None:
    connection = a_connection()
    take_lease(connection=connection, now=NOW)
    assert take_lease(connection=connection, now=LATER)


def test_a_renewed_lease_does_not_run_out() -> None:
    connection = a_connection()
    take_lease(connection=connection, now=NOW).renew(now=NOW + timedelta(minutes=4))
    with pytest.raises(ConnectionBusyError):
        take_lease(connection=connection, now=LATER)


def test_a_runner_that_was_replaced_may_not_go_on() -> None:
    connection = a_connection()
    lost = take_lease(connection=connection, now=NOW)
    take_lease(connection=connection, now=LATER)
    with pytest.raises(LeaseLostError, match="taken over"):
        lost.renew(now=LATER)


def test_a_runner_that_was_replaced_does_not_release_the_other() -> None:
    connection = a_connection()
    lost = take_lease(connection=connection, now=NOW)
    take_lease(connection=connection, now=LATER)
    lost.release()
    with pytest.raises(ConnectionBusyError):
        take_lease(connection=connection, now=LATER)


def test_leases_of_two_connections_are_apart() -> None:
    take_lease(connection=a_connection("one"), now=NOW)
    assert take_lease(connection=a_connection("two"), now=NOW)
