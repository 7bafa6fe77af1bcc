"""`manage.py create_api_key NAME --scopes read,write,events`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.api_keys import UnknownScopeError, issue_key


class Command(BaseCommand):
    """Makes an API key and prints it once."""

    help = "Make an API key. It is printed once and stored only as a hash."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the client's name and the scopes."""
        parser.add_argument("name", help="Which client uses it")
        parser.add_argument("--scopes", default="read", help="read,write,events")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the key alone on standard output, for scripts to catch.

        Raises:
            CommandError: a scope does not exist (exit 2).
        """
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        name = options["name"].strip()
        if not name or len(name) > 80:
            raise CommandError("Give the key a name of 1 to 80 characters.", returncode=2)
        try:
            _, plain = issue_key(name=name, scopes=scopes, by=None)
        except UnknownScopeError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(plain)
        self.stderr.write("Keep it: it cannot be shown again.")
