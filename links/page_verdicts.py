"""What is wrong with the page a link leads to, and with the way's certificates and speed. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from links.page_signs import Doubt, PageSigns
from links.verdicts import Hop, Problem, Severity

_HEAVY_BYTES = 1_000_000
_SLOW_MILLISECONDS = 3_000
_CERTIFICATE_WARNING = timedelta(days=14)


def judge_page(signs: PageSigns, *, is_same_for_any_address: bool) -> list[Problem]:
    """Return what a page that answers 200 says against itself.

    `is_same_for_any_address`: the site shows the same page where there surely is none.
    """
    if signs.doubt is Doubt.NONE:
        return []
    said = f"The page answers 200 but says “{signs.words}”"
    if is_same_for_any_address:
        return [Problem("soft-404", f"{said}, as the site does for addresses that do not exist.")]
    if signs.doubt is Doubt.STRONG:
        warning = f"{said}. Open it and see whether it is the page you mean."
        return [Problem("soft-404", warning, Severity.WARNING)]
    return []


def judge_way(hops: Sequence[Hop], byte_count: int) -> list[Problem]:
    """Return what keeps people waiting, or lets them down, on the way and at its end."""
    return [*_led_on_by_page(hops), *_home(hops), *_waiting(hops, byte_count)]


def ending_certificates(ends: Mapping[str, datetime], now: datetime) -> list[Problem]:
    """Warn of the certificates that end soon."""
    return [
        Problem(
            "certificate-ends",
            f"The certificate of {host} ends on {end:%-d %B %Y}; after that browsers warn of it. "
            "Renew it before.",
            Severity.WARNING,
        )
        for host, end in ends.items()
        if end - now < _CERTIFICATE_WARNING
    ]


def _led_on_by_page(hops: Sequence[Hop]) -> list[Problem]:
    words = {
        "meta": "a “meta refresh”: slower than a redirect by the server, and some apps stop there",
        "script": "a script: apps and privacy settings that run none stop there",
    }
    return [
        Problem(
            f"{hop.onward}-redirect",
            f"{urlsplit(hop.url).netloc} leads on by {words[hop.onward]}. "
            "Set the send's destination to the page it leads to.",
            Severity.WARNING,
        )
        for hop in hops
        if hop.onward in words
    ]


def _home(hops: Sequence[Hop]) -> list[Problem]:
    """A page that was removed often leads to the front page: a redirect, and no error at all."""
    if len(hops) < 3:
        return []
    meant, found = urlsplit(hops[1].url), urlsplit(hops[-1].url)
    if found.path not in {"", "/"} or meant.path in {"", "/"}:
        return []
    return [
        Problem(
            "ends-at-home",
            f"{meant.netloc}{meant.path} leads to the front page of {found.netloc}. "
            "Was the page removed?",
            Severity.WARNING,
        )
    ]


def _waiting(hops: Sequence[Hop], byte_count: int) -> list[Problem]:
    problems = []
    total = sum(hop.milliseconds for hop in hops)
    if total > _SLOW_MILLISECONDS:
        slowest = max(hops, key=lambda hop: hop.milliseconds)
        problems.append(
            Problem(
                "slow",
                f"It takes {total / 1000:.1f} seconds until the page comes, "
                f"{slowest.milliseconds / 1000:.1f} of them for {urlsplit(slowest.url).netloc}.",
                Severity.WARNING,
            )
        )
    if byte_count > _HEAVY_BYTES:
        size = f"{byte_count / 1_000_000:.1f} MB"
        heavy = f"The page alone has {size}, before pictures: that is long on a phone."
        problems.append(Problem("heavy", heavy, Severity.WARNING))
    return problems
