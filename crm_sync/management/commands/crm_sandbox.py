"""`manage.py crm_sandbox`: a local CRM that speaks HubSpot's wire format, until Ctrl-C."""

import argparse
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm_sync.sandbox.server import DEFAULT_TOKEN, Sandbox, make_server


class Command(BaseCommand):
    """Serves on this machine only. Everything is forgotten when it ends."""

    help = "Serve a local CRM sandbox with HubSpot's wire format."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the port and the token it accepts."""
        parser.add_argument("--port", type=int, default=8400, help="0 takes any free port")
        parser.add_argument("--token", default=DEFAULT_TOKEN)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        sandbox = Sandbox(token=options["token"])
        try:
            server = make_server(sandbox, port=options["port"])
        except OSError as error:
            raise CommandError(
                f"Port {options['port']} cannot be used: {error.strerror}.", returncode=2
            ) from error
        self.stdout.write(f"CRM sandbox at {sandbox.base_url}, access token {sandbox.token}")
        self.stdout.flush()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        finally:
            server.server_close()
