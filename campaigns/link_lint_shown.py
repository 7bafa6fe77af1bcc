"""What the linter found, as its page shows it: the first links of each mistake. Pure."""

from dataclasses import dataclass

from campaigns.convention_rules import printable
from campaigns.link_lint import LintedLink, Mistake, Report, Spelling
from campaigns.link_marks import Piece, changed, marked

MOST_SHOWN = 50
_MOST_PLACES = 3
_MOST_VALUES = 8
_MOST_OPEN = 3
_TOOLS = {"textrail": "Textrail", "ga4": "GA4", "posthog": "PostHog"}


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link on the page, cut into pieces, and what to write instead."""

    pieces: list[Piece]
    corrected: list[Piece]
    suggested: str
    message: str
    places: str
    count: int
    channels: str
    is_guess: bool


@dataclass(frozen=True, slots=True)
class ShownMistake:
    """A mistake on the page, with its first links."""

    mistake: Mistake
    links: list[ShownLink]
    values: list[tuple[str, int]]
    is_open: bool

    @property
    def count(self) -> int:
        """Return how many links make the mistake."""
        return len(self.mistake.cases)

    @property
    def hidden_count(self) -> int:
        """Return how many links are in the file only."""
        return self.count - len(self.links)


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report on the page."""

    report: Report
    mistakes: list[ShownMistake]
    fine: list[ShownLink]
    spellings: list[Spelling]
    left_out: list[tuple[str, int]]

    @property
    def ok_share(self) -> int:
        """Return the per cent of links that break no rule; never 100 while one does."""
        total = len(self.report.links)
        return self.report.ok_count * 100 // total if total else 0

    @property
    def duplicate_count(self) -> int:
        """Return how many times a link stood in the list once more."""
        return self.report.found_count - len(self.report.links)

    @property
    def hidden_fine_count(self) -> int:
        """Return how many links without a mistake are in the file only."""
        return self.report.ok_count - len(self.fine)


def shown(report: Report, left_out: dict[str, int]) -> ShownReport:
    """Return the part of a report that a page can hold; the file has all of it."""
    fine = [link for link in report.links if link.ok][:MOST_SHOWN]
    return ShownReport(
        report,
        [_shown_mistake(each, number) for number, each in enumerate(report.mistakes)],
        [_shown_link(link, set(), "") for link in fine],
        list(report.spellings[:MOST_SHOWN]),
        sorted(left_out.items()),
    )


def _shown_mistake(mistake: Mistake, number: int) -> ShownMistake:
    links = [
        _shown_link(link, _wrong_parts(mistake, violation.field), violation.message)
        for link, violation in mistake.cases[:MOST_SHOWN]
    ]
    values = [(printable(value[:80]), count) for value, count in mistake.values[:_MOST_VALUES]]
    return ShownMistake(mistake, links, values, number < _MOST_OPEN)


def _wrong_parts(mistake: Mistake, field: str) -> set[str]:
    return set() if mistake.rule in {"required", "untagged"} else {field}


def _shown_link(link: LintedLink, wrong: set[str], message: str) -> ShownLink:
    suggested = "" if link.ok else link.verdict.suggested or ""
    places = [found.place for found in link.found[:_MOST_PLACES]]
    more = link.count - len(places)
    return ShownLink(
        pieces=[(printable(text), is_wrong) for text, is_wrong in marked(link.url, wrong)],
        corrected=changed(link.url, suggested) if suggested else [],
        suggested=suggested,
        message=message,
        places="; ".join(places) + (f" and {more:,} more" if more else ""),
        count=link.count,
        channels=_channels(link),
        is_guess=link.is_guess,
    )


def _channels(link: LintedLink) -> str:
    predicted = link.channels if link.verdict.utm else None
    return ", ".join(
        f"{_TOOLS.get(tool, tool)} “{channel}”" for tool, channel in (predicted or {}).items()
    )
