"""`manage.py sync_crm [CONNECTION]`: one sync now, with progress."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from crm_sync.models import Connection, SyncRun
from crm_sync.providers.base import PROVIDERS
from crm_sync.services import ConnectionBusyError, sync_connection
from crm_sync.write_backs import deliver_write_backs


class Command(BaseCommand):
    """Exit status 0: all is here; 1: something failed or is incomplete; 2: bad usage."""

    help = "Sync one CRM connection now, or all that are switched on."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the connection's short name."""
        parser.add_argument("connection", nargs="?", default="", help="Its short name (slug)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync, deliver what is to be written back, and say how it went."""
        connections = self._choose(options["connection"])
        succeeded = [self._sync(connection) for connection in connections]
        if any(connection.writes_back for connection in connections):
            counts = deliver_write_backs(now=timezone.now())
            self.stdout.write(
                f"Written to CRM contacts: {counts.written}, refused: {counts.refused}, "
                f"put off: {counts.postponed}"
            )
        if not all(succeeded):
            raise CommandError("Not everything could be taken over.", returncode=1)

    def _choose(self, slug: str) -> list[Connection]:
        fetched = [kind for kind, provider in PROVIDERS.items() if provider.path]
        if not slug:
            return list(Connection.objects.filter(is_active=True, provider__in=fetched))
        try:
            connection = Connection.objects.get(slug=slug)
        except Connection.DoesNotExist as error:
            known = ", ".join(Connection.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(
                f"There is no connection “{slug}”. Known: {known}.", returncode=2
            ) from error
        if connection.provider not in fetched:
            raise CommandError(f"{connection.name} is fed by import_deals.", returncode=2)
        return [connection]

    def _sync(self, connection: Connection) -> bool:
        with tqdm(desc=connection.name, unit=" records", disable=None) as bar:

            def show(run: SyncRun) -> None:
                bar.set_postfix_str(run.step)
                bar.update(run.read_count - bar.n)

            try:
                run = sync_connection(
                    connection=connection,
                    trigger=SyncRun.Trigger.MANUAL,
                    now=timezone.now(),
                    progress=show,
                )
            except ConnectionBusyError as error:
                self.stderr.write(str(error))
                return False
        self.stdout.write(_describe(run))
        return run.status == SyncRun.Status.SUCCEEDED


def _describe(run: SyncRun) -> str:
    line = (
        f"{run.connection.name}: {run.get_status_display().lower()}. "
        f"{run.read_count} read, {run.created_count} new, {run.updated_count} changed, "
        f"{run.unchanged_count} unchanged, {run.problem_count} with problems."
    )
    return f"{line}\n{run.error}" if run.error else line
