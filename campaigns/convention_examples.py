"""Values that follow a convention and typical mistakes, each judged by the checker itself. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from campaigns import periods
from campaigns.convention_faults import APPROVED
from campaigns.convention_rules import Convention
from campaigns.conventions import check_value
from campaigns.name_format import NamePart, compose
from campaigns.name_suggestions import example_campaign, simplest_name

LESSONS = {
    "required": ("Left empty", "The visit counts as direct traffic and nobody sees the send."),
    "approved-values": ("Another word", "Each new word becomes a row of its own in every report."),
    "no-spaces": ("A space", "Phones cut the link at the space, and the rest is lost."),
    "lower-case": ("Capital letters", "Tools count “SMS” and “sms” as two different things."),
    "plain-letters": ("A letter that only looks right", "It reads the same and counts apart."),
    "percent-encoded": ("A %-code", "Some tools show the code, some the letter behind it."),
    "hyphenated": ("Joined by something else", "trial_june and trial-june are two campaigns."),
    "separator": ("Joined by something else", "Nobody can tell the parts of the name apart."),
    "too-long": ("Too long", "Reports cut long names, and then two look the same."),
    "reserved-word": ("A reserved word", "Analytics tools file the visit under another channel."),
    "name-format": ("A part is missing", "The name does not say what was sent, or when."),
    "version-form": ("A version of another form", "The versions of a test cannot be compared."),
}
"""What each rule prevents: the mistake's name, and the harm it does."""

_SYNONYMS = {"utm_source": ("twilio", "text-message"), "utm_medium": ("sms", "txt")}
_LOOK_ALIKES = (("a", "\u0430"), ("e", "\u0435"), ("o", "\u043e"), ("c", "\u0441"), ("i", "\u0456"))
_TOPICS = ("trial-reengagement", "demo-invite", "webinar")
_AUDIENCES = ("it-admins", "lapsed-trials", "new-users")
_MOST_NAMES = 5
_FREE_TERM = "lapsed-trials"


@dataclass(frozen=True, slots=True)
class Example:
    """A value and the verdict on it. One that passes breaks no `rule` and needs no `suggestion`."""

    value: str
    field: str
    rule: str = ""
    message: str = ""
    suggestion: str = ""

    @property
    def mistake(self) -> str:
        """Return what the mistake is called."""
        return LESSONS.get(self.rule, (self.rule, ""))[0]

    @property
    def harm(self) -> str:
        """Return what the mistake leads to."""
        return LESSONS.get(self.rule, ("", ""))[1]


def accepted(rules: Convention) -> list[Example]:
    """Return values that pass, made from the rules: names first, then the other fields.

    A value that no convention may approve, as a draft's list can have it, is left out.
    """
    candidates = [
        *(("utm_campaign", name) for name in _good_names(rules)),
        *(("utm_source", value) for value in rules.sources[:3]),
        *(("utm_medium", value) for value in rules.mediums[:3]),
        *(("utm_content", value) for value in rules.versions[:2]),
        *(("utm_term", value) for value in rules.term_words[:3] or (_FREE_TERM,)),
    ]
    return [
        Example(value, field)
        for field, value in dict.fromkeys(candidates)
        if APPROVED.fullmatch(value) and not check_value(field, value, rules)[0]
    ]


def rejected(rules: Convention) -> list[Example]:
    """Return mistakes as people make them, each with the rule it breaks and what would pass."""
    found: dict[tuple[str, str], Example] = {}
    for field, value in _mistakes(rules):
        violations, suggestion = check_value(field, value, rules)
        if not violations:
            continue
        rule, message = violations[0].rule, violations[0].message
        found.setdefault((field, rule), Example(value, field, rule, message, suggestion))
    return list(found.values())


def _good_names(rules: Convention) -> list[str]:
    """Return a handful of names that differ in their words, their period, their optional parts."""
    names = [example_campaign(rules), *_varied(rules), simplest_name(rules)]
    passing = [
        name for name in dict.fromkeys(names) if not check_value("utm_campaign", name, rules)[0]
    ]
    return passing[:_MOST_NAMES]


def _varied(rules: Convention) -> Iterator[str]:
    choices = {part.name: _texts(part, rules) for part in rules.parts}
    for index in range(_MOST_NAMES):
        values = {name: texts[index % len(texts)] for name, texts in choices.items() if texts}
        yield compose(rules.parts, values, rules.separator)


def _texts(part: NamePart, rules: Convention) -> list[str]:
    if part.kind == "vocabulary":
        found: Iterable[str] = part.words
    elif part.kind == "period":
        found = periods.written_on(rules.today, part.words or ("month", "quarter", "year-month"))
    elif part.kind == "number":
        found = ("1", "2", "3")
    else:
        listed = any(other.kind == "vocabulary" for other in rules.parts)
        found = _AUDIENCES if listed else _TOPICS
    return [text for text in dict.fromkeys((part.example, *found)) if text and part.accepts(text)]


def _mistakes(rules: Convention) -> Iterator[tuple[str, str]]:
    name = example_campaign(rules) or "trial-june"
    for value in (*_misspelt(name, rules), *_malformed(name, rules), ""):
        yield "utm_campaign", value
    for field, approved in (("utm_source", rules.sources), ("utm_medium", rules.mediums)):
        for value in (*_SYNONYMS[field], *(word.upper() for word in approved)):
            yield field, value
    version = rules.versions[0]
    for value in ("-".join(reversed(version.rsplit("-", 1))), version.upper()):
        yield "utm_content", value
    yield "utm_term", "Lapsed Trials"
    if rules.requires_term:
        yield "utm_term", ""


def _misspelt(name: str, rules: Convention) -> Iterator[str]:
    yield name.title()
    joint = "-" if "-" in name else rules.separator
    yield name.replace(joint, " ", 1) if joint in name else f"{name} june"
    yield name.replace(rules.separator, "-" if rules.separator != "-" else "_")
    yield f"{name}{rules.separator}{rules.separator}june"
    yield name.replace(joint, "%20", 1) if joint in name else f"{name}%20june"
    latin, other = next((pair for pair in _LOOK_ALIKES if pair[0] in name), ("", "\u0430"))
    yield name.replace(latin, other, 1) if latin else f"{name}{other}"


def _malformed(name: str, rules: Convention) -> Iterator[str]:
    separator = rules.separator
    for word in rules.reserved_words[:1]:
        yield f"{word}{separator}{name}"
    values = {part.name: next(iter(_texts(part, rules)), "") for part in rules.parts}
    for part in reversed(rules.parts):
        if part.is_required and len(rules.parts) > 1:
            yield compose(rules.parts, {**values, part.name: ""}, separator)
    yield f"{name}{separator}anything{separator}else"
    more = "-for-everyone-who-has-not-come-back-since-the-first-week-of-their-trial"
    yield name + more * (rules.campaign_max_length // len(more) + 1)
