"""One sync per connection at a time: a lease with a token, taken by a conditional UPDATE.

Always: renew inside the transaction that writes a page. The UPDATE locks the connection's row,
so that a runner who lost its lease (it hung, another took over) writes nothing more.
Never: hold the lease by an open transaction; a fetch may take minutes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Q

from crm_sync.models import Connection

LEASE_DURATION = timedelta(minutes=5)


class ConnectionBusyError(Exception):
    """Another runner is syncing this connection. `leased_until` is when it would be given up."""

    def __init__(self, connection: Connection, leased_until: datetime | None) -> None:
        super().__init__(f"{connection.name} is being synced already.")
        self.leased_until = leased_until


class LeaseLostError(Exception):
    """Another runner took the connection over; this one must stop at once."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to sync a connection, as long as it is renewed."""

    connection_id: UUID
    token: UUID

    def renew(self, *, now: datetime) -> None:
        """Keep the lease. Call inside the writing transaction. Raises LeaseLostError."""
        held = Connection.objects.filter(pk=self.connection_id, lease_token=self.token)
        if not held.update(leased_until=now + LEASE_DURATION):
            raise LeaseLostError("Another sync of this connection has taken over.")

    def release(self) -> None:
        """Give the lease back; fine if it is lost already."""
        Connection.objects.filter(pk=self.connection_id, lease_token=self.token).update(
            lease_token=None, leased_until=None
        )


def take_lease(*, connection: Connection, now: datetime) -> Lease:
    """Take the lease of a connection that nobody holds.

    Raises:
        ConnectionBusyError: somebody holds it.
    """
    lease = Lease(connection.pk, uuid4())
    free = Connection.objects.filter(pk=connection.pk).filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    )
    if not free.update(lease_token=lease.token, leased_until=now + LEASE_DURATION):
        connection.refresh_from_db(fields=["leased_until"])
        raise ConnectionBusyError(connection, connection.leased_until)
    return lease
