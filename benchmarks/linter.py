"""How long it takes to judge 10,000 links, as a ratio measured side by side in one run.

    python benchmarks/linter.py            judging against parsing the same links with urllib.parse
    python benchmarks/linter.py --api      also one request to the REST API, in a database of its own

The first part needs no database. Its figures are medians of five interleaved rounds, in processor
seconds of the one core it uses. A quarter of the links has a campaign name of its own, and three
in four break a rule: what a list has that nobody looked at before.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from parts.database import prepare_database

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from campaigns.convention_rules import Convention
from campaigns.link_extraction import links_in_text
from campaigns.link_lint import lint
from campaigns.name_format import NamePart
from campaigns.tagged_urls import check_url

ROUNDS = 5
TOPICS = ("trial-reengagement", "Demo%20Invite", "webinar_followup", "demo-invite", "win%20back")
PERIODS = ("june", "q2", "2026-06", "JUNE", "")
SOURCES = ("sms", "SMS", "twilio", "sms")
MEDIUMS = ("text", "sms", "text", "Text")
VERSIONS = ("version-a", "version-b", "B", "v1")


def the_links(count: int) -> list[str]:
    """Return tagged links with the usual mistakes; seeded."""
    dice = random.Random(2026)
    links = []
    for number in range(count):
        name = f"{dice.choice(TOPICS)}-{dice.choice(PERIODS)}".strip("-")
        name += f"-{number}" if number % 4 == 0 else ""
        links.append(
            f"https://www.example.com/landing/{number}?ref={number}"
            f"&utm_source={dice.choice(SOURCES)}&utm_medium={dice.choice(MEDIUMS)}"
            f"&utm_campaign={name}&utm_content={dice.choice(VERSIONS)}"
        )
    return links


def rules() -> Convention:
    """Return rules like those of the shipped convention, which remember nothing yet."""
    return Convention(
        channel="SMS",
        version=1,
        sources=("sms",),
        mediums=("text",),
        reserved_words=("shop", "shopping", "video"),
        parts=(
            NamePart("topic", "slug", example="trial-reengagement"),
            NamePart("period", "period", is_required=False, example="june"),
        ),
        today=date(2026, 6, 1),
    )


def medians(tasks: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median processor seconds of each task over interleaved rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = time.process_time()
            task()
            seconds[name].append(time.process_time() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}


def measure_judging(links: list[str]) -> None:
    """Print what judging costs beside parsing alone."""
    text = "\n".join(links)

    def judge() -> None:
        convention = rules()
        assert sum(check_url(link, convention).ok for link in links) < len(links)

    def judge_text() -> None:
        report = lint(links_in_text(text).links, rules(), lambda utm: None)
        assert len(report.links) == len(links)

    tasks: dict[str, Callable[[], object]] = {
        "urllib.parse alone": lambda: [parse_qsl(urlsplit(link).query) for link in links],
        "a verdict on each": judge,
        "found in a text, judged, grouped": judge_text,
    }
    found = medians(tasks)
    least = found["urllib.parse alone"]
    print(f"{len(links):,} links")
    for name, seconds in found.items():
        print(f"{name:34} {seconds * 1000:8.1f} ms   {seconds / least:6.2f} × urllib.parse alone")


def measure_api(links: list[str]) -> None:
    """Print what one request with all links costs, from its bytes to the answer's bytes."""
    prepare_database()
    from django.test.utils import setup_test_environment
    from rest_framework.test import APIClient

    from campaigns.api_keys import issue_key

    setup_test_environment()
    _, key = issue_key(name="Benchmark", scopes=("read",), by=None)
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")
    body = json.dumps({"urls": links}).encode()

    def ask() -> None:
        answer = client.post("/api/v1/conventions/check", body, content_type="application/json")
        assert answer.status_code == 200, answer.content[:500]

    seconds = medians({"request": ask})["request"]
    print(f"one request with {len(links):,} links: {seconds:.2f} s of processor time")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=10_000)
    parser.add_argument("--api", action="store_true", help="also measure the REST API")
    options = parser.parse_args()
    links = the_links(options.links)
    measure_judging(links)
    if options.api:
        measure_api(links)


if __name__ == "__main__":
    main()
