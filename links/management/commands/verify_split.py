"""`manage.py verify_split UTM_CAMPAIGN`: recompute who was held out of a send and who got what."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.models import Send
from links.split_audit import Difference, audit_split

_NAMED_AT_MOST = 50


class Command(BaseCommand):
    """Recomputes a send's holdout and versions for everybody. Exit status: 1 on a difference."""

    help = "Recompute who is held out of a send and who gets which version; name each difference."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the send."""
        parser.add_argument("send", help="The send's utm_campaign")

    def handle(self, *args: Any, **options: Any) -> None:
        """Recompute and tell.

        Raises:
            CommandError: no such send (2), or a difference (1).
        """
        send = Send.objects.filter(utm_campaign__iexact=options["send"]).first()
        if send is None:
            raise CommandError(f"There is no send “{options['send']}”.", returncode=2)
        audit = audit_split(send, on_difference=self._name)
        self.stdout.write(
            f"{send.name}: {audit.held_out:,} held out at {send.holdout_percent} per cent, "
            f"{audit.recipients:,} recipients"
            + "".join(f", {name or 'only version'} {count:,}" for name, count in audit.versions)
            + f"; {audit.kept:,} keep a version that was replaced."
        )
        if audit.differences:
            raise CommandError(f"{audit.differences:,} differ from the rule.", returncode=1)
        self.stdout.write("Everybody got what the rule says.")

    _named = 0

    def _name(self, found: Difference) -> None:
        self._named += 1
        if self._named <= _NAMED_AT_MOST:
            self.stderr.write(f"{found.phone_hash}: got {found.got}, the rule says {found.due}")
