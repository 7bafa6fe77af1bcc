"""A database that only the benchmarks use, on the server that DATABASE_URL names."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "textrail_benchmark"


def prepare_database() -> str:
    """Make the database anew, migrate it, point this process at it and return its address."""
    sys.path.insert(0, str(ROOT))
    from config.services import use_services

    use_services()
    parts = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
    os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{NAME}"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True
    )
    import django

    django.setup(set_prefix=False)
    return os.environ["DATABASE_URL"]


def use_copy(name: str) -> str:
    """Copy the database, point this process at the copy and return its address."""
    from django.db import connection

    connection.close()
    url = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(urlunsplit(url._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name} TEMPLATE {url.path.strip('/')}")
    os.environ["DATABASE_URL"] = urlunsplit(url._replace(path=f"/{name}"))
    connection.settings_dict["NAME"] = name
    return os.environ["DATABASE_URL"]


def make_links(*, host: str, count: int, with_send: bool = True) -> list[str]:
    """Fill one domain with links of one send, by COPY, and return their codes."""
    from django.db import connection
    from django.utils import timezone

    from campaigns.models import Campaign, Channel, NamingConvention, Send
    from campaigns.public_ids import new_id
    from links.codes import random_code
    from links.models import Domain

    send = None
    if with_send:
        channel = Channel.objects.get(slug="sms")
        send = Send.objects.create(
            campaign=Campaign.objects.create(name=f"Benchmark {new_id()}"),
            channel=channel,
            convention=NamingConvention.objects.filter(channel=channel)[0],
            name="Benchmark",
            destination_url="https://www.example.com/",
            utm_campaign=f"benchmark-{new_id().hex}",
        )
    domain = Domain.objects.create(host=host, scheme="http")
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes[random_code()] = None
    made_at = timezone.now() - timedelta(days=7)  # else every sweep would find them new
    columns = (
        "id, domain_id, code, title, status, send_id, destination_url, utm_source, utm_medium,"
        " utm_campaign, utm_content, utm_term, passes_query, fallback_url, created_at, updated_at,"
        " targets, tags, imported_from"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY links_link ({columns}) FROM STDIN") as copy,
    ):
        for number, code in enumerate(codes):
            row = (
                new_id(), domain.pk, code, "", "active", send.pk if send else None,
                f"https://www.example.com/offers/summer-{number}", "sms", "text",
                "trial-reengagement-june", "version-a", "customers-trial", True, "", made_at, made_at,
                "[]", [], "",
            )  # fmt: skip
            copy.write_row(row)
    return list(codes)
