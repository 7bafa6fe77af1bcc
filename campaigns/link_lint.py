"""Judge links that exist already: a verdict on each, grouped by mistake. Pure.

A link that stands in several places is judged once and counted as often as it stands there.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from campaigns.convention_rules import Convention
from campaigns.conventions import Violation
from campaigns.link_extraction import FoundLink
from campaigns.link_lint_words import UNTAGGED, harm_of, importance_of, remedy_of, title_of
from campaigns.slugs import slugify
from campaigns.tagged_urls import UrlVerdict, check_url
from campaigns.utm_parameters import FIELDS

Channels = dict[str, str] | None
Predictor = Callable[[Mapping[str, str]], Channels]


@dataclass(frozen=True, slots=True)
class LintedLink:
    """A link, the verdict on it, and where it stands. `channels` are the tools' predictions."""

    url: str
    verdict: UrlVerdict
    found: tuple[FoundLink, ...]
    channels: Channels = None

    @property
    def ok(self) -> bool:
        """Say whether no rule is broken."""
        return self.verdict.ok

    @property
    def count(self) -> int:
        """Return how often it stands in what was handed in."""
        return len(self.found)

    @property
    def is_guess(self) -> bool:
        """Say whether the corrected link has a campaign name that nobody gave: an example."""
        return any(
            each.rule == "required" and each.field == "utm_campaign"
            for each in self.verdict.violations
        )

    @property
    def mistakes(self) -> tuple[Violation, ...]:
        """Return its broken rules; one that has no UTM values at all lacks them as a whole."""
        return _as_untagged(self.verdict)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A rule that links break in one field, and which links those are."""

    rule: str
    field: str
    cases: tuple[tuple[LintedLink, Violation], ...]

    @property
    def title(self) -> str:
        """Return what it is called."""
        return title_of(self.rule, self.field)

    @property
    def harm(self) -> str:
        """Return what it leads to."""
        return harm_of(self.rule)

    @property
    def remedy(self) -> str:
        """Return what to do about it."""
        return remedy_of(self.rule)

    @property
    def values(self) -> list[tuple[str, int]]:
        """Return the values, or misspelt names, that break the rule; the most frequent first."""
        counted = Counter[str]()
        for link, violation in self.cases:
            value = violation.field if self.rule == "unknown-parameter" else violation.value
            if value and self.field != "url":
                counted[value] += link.count
        return counted.most_common()


@dataclass(frozen=True, slots=True)
class Spelling:
    """One value written in several ways across the links, the most frequent first."""

    field: str
    variants: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What the linter found, the links in the order in which they stand."""

    links: tuple[LintedLink, ...]
    mistakes: tuple[Mistake, ...]
    spellings: tuple[Spelling, ...]

    @property
    def ok_count(self) -> int:
        """Return how many different links break no rule."""
        return sum(link.ok for link in self.links)

    @property
    def wrong_count(self) -> int:
        """Return how many different links break a rule."""
        return len(self.links) - self.ok_count

    @property
    def unsolved_count(self) -> int:
        """Return how many links no corrected link is known for."""
        return sum(link.verdict.suggested is None for link in self.links)

    @property
    def found_count(self) -> int:
        """Return how many links were found, each as often as it stands there."""
        return sum(link.count for link in self.links)

    @property
    def verdicts(self) -> dict[str, LintedLink]:
        """Return the links by their address."""
        return {link.url: link for link in self.links}


def lint(found: Iterable[FoundLink], convention: Convention, predict: Predictor) -> Report:
    """Return a verdict on each link, the mistakes, and values spelt in several ways."""
    places: defaultdict[str, list[FoundLink]] = defaultdict(list)
    for link in found:
        places[link.url].append(link)
    links = []
    for url, each in places.items():
        verdict = check_url(url, convention)
        links.append(LintedLink(url, verdict, tuple(each), predict(verdict.utm)))
    return Report(tuple(links), tuple(_mistakes(links)), tuple(_spellings(links)))


def _as_untagged(verdict: UrlVerdict) -> tuple[Violation, ...]:
    violations = verdict.violations
    missing = [violation for violation in violations if violation.rule == "required"]
    if verdict.utm or not missing:
        return violations
    message = f"It has no UTM values; {', '.join(each.field for each in missing)} are needed."
    whole = Violation("url", "", UNTAGGED, message, verdict.suggested or "")
    return (*(each for each in violations if each.rule != "required"), whole)


def _mistakes(links: Iterable[LintedLink]) -> list[Mistake]:
    """Group by rule and field, the most important first, then the most frequent."""
    cases: defaultdict[tuple[str, str], list[tuple[LintedLink, Violation]]] = defaultdict(list)
    for link in links:
        for violation in link.mistakes:
            cases[_group_of(violation)].append((link, violation))
    groups = [Mistake(rule, field, tuple(each)) for (rule, field), each in cases.items()]
    return sorted(groups, key=lambda group: (importance_of(group.rule), -len(group.cases)))


def _group_of(violation: Violation) -> tuple[str, str]:
    # Each misspelt name is a field of its own, but the mistake is one
    field = "" if violation.rule == "unknown-parameter" else violation.field
    return violation.rule, field


def _spellings(links: Iterable[LintedLink]) -> Iterator[Spelling]:
    counted: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    sounds: dict[str, str] = {}
    for link in links:
        for field, value in link.verdict.utm.items():
            if field not in FIELDS or not value:
                continue
            if value not in sounds:
                sounds[value] = slugify(value).replace("-", "")
            counted[field, sounds[value]][value] += link.count
    for (field, sound), variants in counted.items():
        if sound and len(variants) > 1:
            yield Spelling(field, tuple(variants.most_common()))
