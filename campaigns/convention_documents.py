"""A naming convention as documents for people: Markdown and spreadsheet rows. Pure."""

from campaigns.convention_rules import Convention
from campaigns.name_suggestions import example_campaign
from campaigns.name_format import form_of


def as_rows(convention: Convention) -> list[list[str]]:
    """Return a header and one row per parameter: what is allowed, and an example."""
    prefix = convention.content_prefix
    return [
        ["parameter", "required", "allowed", "example"],
        ["utm_source", "yes", " or ".join(convention.sources), convention.sources[0]],
        ["utm_medium", "yes", " or ".join(convention.mediums), convention.mediums[0]],
        ["utm_campaign", "yes", campaign_rule(convention), example_campaign(convention)],
        ["utm_content", "for A/B versions", f"{prefix}- and one letter", f"{prefix}-a"],
        [
            "utm_term",
            "no",
            f"audience or list, hyphenated, at most {convention.term_max_length} characters",
            "lapsed-trials"[: convention.term_max_length],
        ],
    ]


def campaign_rule(convention: Convention) -> str:
    """Return the rule of campaign names in one sentence."""
    form = form_of(convention.parts) or "words of your choice"
    return (
        f"{form}, lower-case and hyphenated, at most {convention.campaign_max_length} "
        "characters, never used before"
    )


def as_markdown(convention: Convention) -> str:
    """Return the convention as a Markdown page."""
    header, *rows = as_rows(convention)
    lines = [
        f"# Naming convention for {convention.channel}, version {convention.version}",
        "",
        "| " + " | ".join(header) + " |",
        "|" + "---|" * len(header),
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
    ]
    if convention.parts:
        lines += ["## Parts of a campaign name", ""]
        for part in convention.parts:
            optional = "" if part.is_required else " (optional)"
            example = f", such as `{part.example}`" if part.example else ""
            lines.append(f"- `{{{part.name}}}`{optional}: {part.described()}{example}")
        lines.append("")
    if convention.reserved_words:
        words = ", ".join(f"`{word}`" for word in convention.reserved_words)
        lines += ["## Words a campaign name may not have", "", words, ""]
    return "\n".join(lines)
