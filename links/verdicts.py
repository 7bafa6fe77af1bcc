"""What a followed link's hops mean: UTM values, redirects, shorteners. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from links.destinations import CLICK_ID_KEY, UTM_KEYS, read_pairs

PUBLIC_SHORTENERS = frozenset(
    {
        "app.link", "bit.do", "bit.ly", "bl.ink", "buff.ly", "cutt.ly", "fb.me", "goo.gl", "is.gd",
        "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly", "s.id", "short.io", "shorturl.at", "t.co", "t.ly",
        "tiny.cc", "tinyurl.com", "trib.al", "v.gd", "wa.link", "x.co",
    }
)  # fmt: skip
"""Shared domains that US carriers filter, after messaging vendors' public lists; it ages."""


_CLICK_ID_LOST = "Without the click id tr no visit is joined to its tap."


class Severity(StrEnum):
    """Whether a problem keeps a send from going live."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Hop:
    """One request: the address, the status (None where nothing answered) and how long it took.

    `onward` is what led on from there: `status`, `meta`, `script`, `target` for a short link that
    was not asked, because it leads other visitors than us to the next address, or nothing.
    """

    url: str
    status: int | None
    milliseconds: int
    onward: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the stored form."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a campaign manager should know, in words."""

    code: str
    message: str
    severity: Severity = Severity.ERROR

    def as_json(self) -> dict[str, str]:
        """Return the stored form."""
        return {"code": self.code, "message": self.message, "severity": str(self.severity)}


@dataclass(slots=True)
class Journey:
    """All hops of one link on one device, and what is wrong with them."""

    hops: list[Hop] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return all(problem.severity != Severity.ERROR for problem in self.problems)

    @property
    def final_url(self) -> str:
        """The last address asked."""
        return self.hops[-1].url if self.hops else ""

    @property
    def final_status(self) -> int | None:
        """The last answer's status."""
        return self.hops[-1].status if self.hops else None


def judge_arrival(hops: Sequence[Hop], utm: Mapping[str, str]) -> list[Problem]:
    """Return the problems of a link that was followed to an end."""
    urls = [hop.url for hop in hops]
    problems = [*_lost_values(urls, _expected(urls, utm)), *_shorteners(urls)]
    status = hops[-1].status
    if status is None or not 200 <= status < 300:
        problems.append(Problem("final-status", f"The last page answers {status} instead of 200."))
    if len(hops) > 2:
        problems.append(
            Problem(
                "extra-redirects",
                f"There are {len(hops) - 1} redirects on the way to {urls[-1]}; one is enough. "
                "Set the send's destination to the last address.",
                Severity.WARNING,
            )
        )
    return problems


def dropped_values(url: str, expected: Mapping[str, str]) -> list[str]:
    """Return the names of the values that an address does not carry exactly once."""
    found = read_pairs(urlsplit(url).query)
    return [
        key
        for key, value in expected.items()
        if [text for name, text in found if name.lower() == key] != [value]
    ]


def _expected(urls: Sequence[str], utm: Mapping[str, str]) -> dict[str, str]:
    """Return what must arrive: the link's UTM values, and the click id that its redirect made."""
    expected = {key: utm[key] for key in UTM_KEYS if utm.get(key)}
    made = dict(read_pairs(urlsplit(urls[1]).query)).get(CLICK_ID_KEY) if len(urls) > 1 else None
    return {**expected, CLICK_ID_KEY: made} if made else expected


def spoken_list(words: Sequence[str]) -> str:
    """Return words as a sentence names them: `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _lost_values(urls: Sequence[str], expected: Mapping[str, str]) -> list[Problem]:
    lost = dropped_values(urls[-1], expected)
    if not lost:
        return []
    if len(urls) == 1:
        named = spoken_list(lost)
        return [Problem("utm-missing", f"The short link does not redirect and adds no {named}.")]
    by_hop: dict[int, list[str]] = {}
    for key in lost:
        by_hop.setdefault(_hop_that_lost(key, urls, expected), []).append(key)
    return [_loss(number, keys, urls, expected) for number, keys in sorted(by_hop.items())]


def _hop_that_lost(key: str, urls: Sequence[str], expected: Mapping[str, str]) -> int:
    """Return the number of the last redirect before which the value was still intact."""
    for number in range(len(urls) - 1, 0, -1):
        if key not in dropped_values(urls[number - 1], expected):
            return number
    return 1


def _loss(
    number: int, keys: list[str], urls: Sequence[str], expected: Mapping[str, str]
) -> Problem:
    found = dict(read_pairs(urlsplit(urls[number]).query))
    dropped = [key for key in keys if key not in found]
    changed = [_change(key, expected[key], found[key]) for key in keys if key in found]
    deeds = [f"drops {spoken_list(dropped)}"] if dropped else []
    where = "the short link's own redirect" if number == 1 else f"{_place(urls[number - 1])}"
    return Problem(
        "click-id-dropped" if keys == [CLICK_ID_KEY] else "utm-dropped",
        f"Hop {number} ({where} to {_place(urls[number])}) {' and '.join(deeds + changed)}."
        + (f" {_CLICK_ID_LOST}" if CLICK_ID_KEY in keys else ""),
    )


def _change(key: str, expected: str, found: str) -> str:
    if found == expected:
        return f"repeats {key}"
    return f"turns {key} from “{expected}” into “{found}”"


def _shorteners(urls: Sequence[str]) -> list[Problem]:
    hosts = dict.fromkeys((urlsplit(url).hostname or "").removeprefix("www.") for url in urls)
    return [
        Problem(
            "public-shortener",
            f"{host} is a shared shortener; US carriers filter messages that lead there.",
            Severity.WARNING,
        )
        for host in hosts
        if host in PUBLIC_SHORTENERS or host.endswith(".app.link")
    ]


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"
