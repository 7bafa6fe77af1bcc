"""What the linter found, as text for a terminal, for other programs, and for GitHub. Pure."""

from collections.abc import Iterator
from typing import Any

from campaigns.convention_rules import printable
from campaigns.link_lint import Mistake, Report
from campaigns.link_lint_words import title_of

_MOST_EXAMPLES = 5


def as_table(report: Report) -> Iterator[str]:
    """Yield lines for people: the mistakes in groups, each with its first links."""
    for mistake in report.mistakes:
        yield f"{mistake.title} ({_counted(len(mistake.cases))})"
        yield f"  {mistake.harm} {mistake.remedy}"
        yield from _cases(mistake)
        yield ""
    for spelling in report.spellings:
        variants = ", ".join(f"{printable(value)} ×{count}" for value, count in spelling.variants)
        yield f"One {spelling.field} in several spellings: {variants}"


def as_records(report: Report) -> list[dict[str, Any]]:
    """Return one record for each different link, in the shape of the REST API, with its places."""
    return [
        {
            "input": link.url,
            "places": [found.where for found in link.found],
            "ok": link.ok,
            "violations": [
                {
                    "field": each.field,
                    "value": each.value,
                    "rule": each.rule,
                    "message": each.message,
                    "suggestion": each.suggestion,
                }
                for each in link.verdict.violations
            ],
            "suggested": link.verdict.suggested,
            **({} if link.channels is None else {"channels": link.channels}),
        }
        for link in report.links
    ]


def as_annotations(report: Report) -> Iterator[str]:
    """Yield GitHub's workflow commands, which show each mistake at its line in the file."""
    for link in report.links:
        for mistake in link.mistakes:
            title = title_of(mistake.rule, mistake.field)
            better = f" Write {link.verdict.suggested}" if link.verdict.suggested else ""
            for found in link.found:
                at = f"file={_property(found.source)},line={found.line}," if found.source else ""
                yield f"::error {at}title={_property(title)}::{_data(mistake.message + better)}"


def _cases(mistake: Mistake) -> Iterator[str]:
    for link, violation in mistake.cases[:_MOST_EXAMPLES]:
        more = f" and {link.count - 1:,} more" if link.count > 1 else ""
        yield f"  - {printable(link.url)}  [{link.found[0].where}{more}]"
        yield f"    {violation.message}"
        if link.verdict.suggested:
            yield f"    → {link.verdict.suggested}"
    hidden = len(mistake.cases) - _MOST_EXAMPLES
    if hidden > 0:
        yield f"  … and {hidden:,} more; --corrected FILE writes all of them."


def _counted(count: int) -> str:
    return f"{count:,} link{'' if count == 1 else 's'}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
