"""An uploaded audience of a million people, beside `bulk_create` doing the same.

    python benchmarks/audience.py [--people 1000000] [--rounds 3]

Both sides read the same CSV file, bring every number into one form, hash it and choose a version
and a suffix. One stores with `bulk_create` in batches of 5,000, as one writes it first; it reports
nothing row by row, knows no opt-outs and starts again after a crash. The other is the product:
`keep_upload` and `run_upload` with checkpoints, results and holdout. Below stands what only the
storing costs. The peak of memory is that of a process of its own, over one with a hundredth.
"""

import argparse
import csv
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from parts.database import prepare_database

BATCH = 5000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure-memory-of", type=Path, help="For the child process")
    options = parser.parse_args()
    if options.measure_memory_of:
        print(peak_of(options.measure_memory_of))
        return
    prepare_database()
    with tempfile.TemporaryDirectory(prefix="textrail-bench-") as folder:
        os.environ["VAR_DIR"] = folder
        measure(Path(folder), options.people, options.rounds)


def measure(folder: Path, people: int, rounds: int) -> None:
    """Run both sides in turn, as often as asked; then look at the memory."""
    from django.conf import settings

    settings.MEDIA_ROOT = folder
    file, small = (a_file(folder, count) for count in (people, people // 100))
    send = make_send()
    subjects: dict[str, Callable[[], float]] = {
        "bulk_create, the whole way": lambda: by_bulk_create(send, file)[0],
        "upload, the whole way": lambda: by_upload(send, file),
        "bulk_create, storing alone": lambda: by_bulk_create(send, file)[1],
        "upload, storing alone": lambda: by_storing(send, file),
    }
    seconds: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            empty()
            seconds[name].append(subject())
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    print(f"{people:,} people{'':16}{'seconds':>9}{'people/s':>11}   rounds")
    for name, found in seconds.items():
        each = " ".join(f"{one:.1f}" for one in found)
        print(f"{name:28}{medians[name]:9.1f}{people / medians[name]:11,.0f}   {each}")
    for part in ("the whole way", "storing alone"):
        ratio = medians[f"bulk_create, {part}"] / medians[f"upload, {part}"]
        print(f"{part}: {ratio:.1f} × bulk_create")
    for path in (small, file):
        empty()
        print(f"peak memory with {path.stem} people: {child_peak(path):,} MiB")


def a_file(folder: Path, count: int) -> Path:
    """Write an audience as people have it."""
    path = folder / f"{count}.csv"
    with path.open("w", newline="") as file:
        write = csv.writer(file).writerow
        write(["Mobile phone", "Email", "CRM ID", "Full name", "City"])
        for place in range(count):
            number = 2_000_000_000 + place * 7919 % 7_999_999_999
            mail = f"person{place}@example.com"
            write([f"+1{number}", mail, f"crm-{place}", f"Person {place}", "Springfield"])
    return path


def make_send() -> object:
    """Plan a send with two versions and their links."""
    from django.utils import timezone

    from campaigns.models import Campaign, Channel, Message, NamingConvention, Send
    from links.models import Domain
    from links.services import sync_send_links

    channel = Channel.objects.get(slug="sms")
    Domain.objects.create(host="go.example.com", is_default=True)
    send = Send.objects.create(
        campaign=Campaign.objects.create(name="Benchmark"),
        channel=channel,
        convention=NamingConvention.objects.filter(channel=channel).first(),
        name="Benchmark",
        destination_url="https://example.com/trial",
        utm_campaign="benchmark",
    )
    for version in ("version-a", "version-b"):
        Message.objects.create(send=send, body="Look: {link}", utm_content=version, share=50)
    sync_send_links(send, timezone.now())
    return send


def empty() -> None:
    """Take everybody out again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE links_recipientlink, links_heldoutrecipient CASCADE")
        cursor.execute("TRUNCATE links_audienceupload CASCADE")
        cursor.execute("CHECKPOINT")


def rows_of(send: object, file: Path) -> object:
    """Yield each person of the file with hash and link, as one writes it first."""
    from django.conf import settings

    from campaigns.phone_numbers import hash_phone, normalise_phone
    from links.models import Link
    from links.version_split import VersionSplit

    links = dict(Link.objects.filter(send=send).values_list("utm_content", "pk"))
    split = VersionSplit(send.pk, dict.fromkeys(links, 50))
    with file.open(newline="") as lines:
        for row in csv.DictReader(lines):
            phone = normalise_phone(row["Mobile phone"])
            phone_hash = hash_phone(phone, settings.HASH_KEY)
            yield row, phone, phone_hash, links[split.choose(phone_hash)]


def by_bulk_create(send: object, file: Path) -> tuple[float, float]:
    """Return the seconds of the whole way, and those spent in `bulk_create` alone."""
    from itertools import islice

    from django.db import transaction

    from links.codes import random_suffixes
    from links.models import RecipientLink

    storing = 0.0
    began = time.perf_counter()
    rows = rows_of(send, file)
    with transaction.atomic():
        while batch := list(islice(rows, BATCH)):
            suffixes = random_suffixes(len(batch))
            before = time.perf_counter()
            RecipientLink.objects.bulk_create(
                [
                    RecipientLink(
                        link_id=link, suffix=suffix, phone=phone, phone_hash=phone_hash,
                        email=row["Email"], external_id=row["CRM ID"], name=row["Full name"],
                    )
                    for (row, phone, phone_hash, link), suffix in zip(batch, suffixes, strict=True)
                ],
                ignore_conflicts=True,
            )  # fmt: skip
            storing += time.perf_counter() - before
    return time.perf_counter() - began, storing


def by_upload(send: object, file: Path) -> float:
    """Return the seconds of an upload, from the file to its last result."""
    from django.utils import timezone

    from links.audience_folder import FileChunks
    from links.audience_uploads import keep_upload, run_upload

    began = time.perf_counter()
    with file.open("rb") as content:
        upload = keep_upload(
            send=send, file=FileChunks(content), file_name=file.name, by=None, now=timezone.now()
        )
    upload = run_upload(upload=upload, now=timezone.now())
    assert upload.status == "done", upload.problem
    assert upload.new_count == upload.total_rows, upload.invalid_count
    return time.perf_counter() - began


def by_storing(send: object, file: Path) -> float:
    """Return the seconds that the product's own storing takes, of people who are ready."""
    from itertools import islice

    from django.db import transaction
    from django.utils import timezone

    from links import audience
    from links.audience_files import read_audience

    now = timezone.now()
    storing = 0.0
    versions = audience._Versions(send)
    with file.open("rb") as content, transaction.atomic():
        rows = read_audience(io.BytesIO(content.read()))
        while batch := list(islice(rows, BATCH)):
            people = audience._read(batch, {})
            before = time.perf_counter()
            audience._store(people.values(), send, versions, now, {})
            storing += time.perf_counter() - before
    return storing


def child_peak(file: Path) -> int:
    """Return the peak of a process that does one upload and nothing else, in MiB."""
    command = [sys.executable, __file__, "--measure-memory-of", str(file)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak_of(file: Path) -> int:
    """Upload in this process and return its peak."""
    import resource

    import django

    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    django.setup(set_prefix=False)
    from django.conf import settings

    from campaigns.models import Send

    settings.MEDIA_ROOT = file.parent
    by_upload(Send.objects.get(), file)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
