#!/usr/bin/env python
"""Textrail's command line. Starts the embedded servers where no address names others."""

import os
import sys


def needs_no_services(arguments: list[str]) -> bool:
    """Whether a command only tells of itself, or proves a bundle on a machine without any."""
    if {"help", "--help", "-h", "--version"} & set(arguments):
        return True
    return arguments[:1] == ["verify_ledger"] and any(
        argument.partition("=")[0] == "--bundle" for argument in arguments
    )


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    from django.core.management import execute_from_command_line

    from config.servers import ServerStartError
    from config.services import use_services

    if not needs_no_services(sys.argv[1:]):
        try:
            use_services()
        except ServerStartError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
