"""A naming convention as documents for people: Markdown and spreadsheet rows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.convention_changes import Change, changes_between
from campaigns.convention_examples import accepted, rejected
from campaigns.convention_rules import Convention
from campaigns.name_format import form_of
from campaigns.name_suggestions import example_campaign

KINDS = {"added": "new", "removed": "gone", "changed": "changed"}
"""What a change is called."""

FREE_TERM = "lapsed-trials"
HABITS = (
    ("Lower case.", "One capital letter splits a campaign in two in every report."),
    ("No spaces.", "A space breaks the link on some phones."),
    ("Letters a–z and digits.", "Accents, emoji and look-alike letters do not survive every tool."),
    ("A name once.", "A second send of the same name hides in the first one’s results."),
)
SAFEGUARDS = (
    "Every value is checked when a send is saved: in the form, the API, imports and bulk edits.",
    "Every link is followed as phone and as desktop before a send goes live, and lands on its page.",
    "Each send keeps the version of this convention it was checked against.",
)
"""How mistakes are caught before a send goes out."""


@dataclass(frozen=True, slots=True)
class Since:
    """What differs from the version before."""

    version: int
    changes: tuple[Change, ...]

    def of(self, field: str) -> tuple[Change, ...]:
        """Return the differences in a parameter's rule."""
        return tuple(change for change in self.changes if change.field == field)


def since(old: Convention | None, new: Convention) -> Since | None:
    """Return what a version changed, or None where it is the first."""
    return None if old is None else Since(old.version, tuple(changes_between(old, new)))


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What one parameter may be, in words, with an example and what changed."""

    field: str
    required: str
    allowed: str
    example: str
    changes: tuple[Change, ...] = ()


def field_rules(convention: Convention, news: Since | None = None) -> list[FieldRule]:
    """Return the rule of each parameter."""
    versions = convention.versions
    name = example_campaign(convention)
    named = "yes" if convention.requires_term else "no"
    rules = [
        ("utm_source", "yes", " or ".join(convention.sources), convention.sources[0]),
        ("utm_medium", "yes", " or ".join(convention.mediums), convention.mediums[0]),
        ("utm_campaign", "yes", campaign_rule(convention), name),
        ("utm_content", "for A/B versions", f"{versions[0]}, {versions[1]}, …", versions[0]),
        ("utm_term", named, term_rule(convention), term_example(convention)),
    ]
    return [FieldRule(*rule, news.of(rule[0]) if news else ()) for rule in rules]


def as_rows(convention: Convention, news: Since | None = None) -> list[list[str]]:
    """Return a header and one row per parameter: what is allowed, an example, what changed."""
    header = ["parameter", "required", "allowed", "example"]
    rules = field_rules(convention, news)
    rows = [[rule.field, rule.required, rule.allowed, rule.example] for rule in rules]
    if news is None:
        return [header, *rows]
    told = [" ".join(change.sentence for change in rule.changes) for rule in rules]
    header.append(f"changed since version {news.version}")
    return [header, *([*row, text] for row, text in zip(rows, told, strict=True))]


def campaign_rule(convention: Convention) -> str:
    """Return the rule of campaign names in one sentence."""
    form = form_of(convention.parts, convention.separator) or "words of your choice"
    joints = {"-": "hyphens", "_": "underscores", ".": "dots"}[convention.separator]
    return (
        f"{form}, lower-case, joined by {joints}, at most {convention.campaign_max_length} "
        "characters, never used before"
    )


def term_rule(convention: Convention) -> str:
    """Return the rule of utm_term in one sentence."""
    if convention.term_words:
        return "one of " + ", ".join(convention.term_words)
    return f"audience or list, hyphenated, at most {convention.term_max_length} characters"


def term_example(convention: Convention) -> str:
    """Return a utm_term that passes."""
    words = convention.term_words or (FREE_TERM[: convention.term_max_length].strip("-"),)
    return words[0]


def as_markdown(convention: Convention, news: Since | None = None) -> str:
    """Return the convention as a Markdown page."""
    header, *rows = as_rows(convention)
    lines = [
        f"# Naming convention for {convention.channel}, version {convention.version}",
        "",
        *_changes(news),
        "| " + " | ".join(header) + " |",
        "|" + "---|" * len(header),
        *("| " + " | ".join(_cell(text) for text in row) + " |" for row in rows),
        "",
        *_parts(convention),
        *_examples(convention),
    ]
    if convention.reserved_words:
        words = ", ".join(f"`{word}`" for word in convention.reserved_words)
        lines += ["## Words a campaign name may not have", "", words, ""]
    lines += ["## Habits", "", *(f"- **{rule}** {why}" for rule, why in HABITS), ""]
    lines += ["## How links are tested", "", *(f"- {text}" for text in SAFEGUARDS), ""]
    return "\n".join(lines)


def _changes(news: Since | None) -> Sequence[str]:
    if news is None:
        return ()
    told = [f"- **{KINDS[one.kind]}**: {one.sentence}" for one in news.changes]
    return (
        f"## Changed since version {news.version}",
        "",
        *(told or ["Nothing: the rules are the same."]),
        "",
    )


def _parts(convention: Convention) -> list[str]:
    if not convention.parts:
        return []
    lines = ["## Parts of a campaign name", ""]
    for part in convention.parts:
        optional = "" if part.is_required else " (optional)"
        example = f", such as `{part.example}`" if part.example else ""
        lines.append(f"- `{{{part.name}}}`{optional}: {part.described()}{example}")
    return [*lines, ""]


def _examples(convention: Convention) -> list[str]:
    lines = ["## Do", ""]
    lines += [f"- `{one.field}={one.value}`" for one in accepted(convention)]
    lines += ["", "## Don’t", "", "| mistake | written | write | why |", "|---|---|---|---|"]
    for one in rejected(convention):
        written = f"`{_cell(one.value)}`" if one.value else "(nothing)"
        lines.append(f"| {one.mistake} | {written} | `{_cell(one.suggestion)}` | {one.harm} |")
    return [*lines, ""]


def _cell(text: str) -> str:
    """Return a text that cannot end its cell of a table."""
    return text.replace("|", "\\|")
