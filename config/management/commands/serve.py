"""`manage.py serve`: web server, worker with scheduler and click reader until Ctrl-C."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.processes import (
    ProcessEndedError,
    click_reader,
    running,
    web,
    worker,
)


class Command(BaseCommand):
    """Runs everything one machine needs."""

    help = "Run the web server, the worker with its schedule, and the click reader."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address to listen on."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C; a process that ends takes the others with it."""
        host, port = options["host"], options["port"]
        try:
            with running(web(host=host, port=port), worker(), click_reader()) as processes:
                self.stdout.write(
                    f"Textrail listens on http://{host}:{port}/admin/ "
                    f"(logs in {settings.VAR_DIR / 'logs'}). Ctrl-C stops it."
                )
                while True:
                    processes.check()
                    time.sleep(1)
        except ProcessEndedError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
