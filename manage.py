#!/usr/bin/env python
"""Textrail's command line. Starts the embedded servers where no address names others."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    from django.core.management import execute_from_command_line

    from config.servers import ServerStartError
    from config.services import use_services

    if not {"help", "--help", "-h", "--version"} & set(sys.argv):
        try:
            use_services()
        except ServerStartError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
