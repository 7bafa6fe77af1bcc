"""The versions A, B, … of a send's text: their names, and how they share the recipients.

Rule codes of its own: `too-many-versions`, `shares-sum`; and `required` and `already-used` of a
version's name.
"""

from collections.abc import Iterable, Iterator, Sequence

from campaigns.convention_rules import Convention
from campaigns.conventions import Violation, check, version_names
from campaigns.costs import split_recipients
from campaigns.models import Message

MOST_VERSIONS = 5
WHOLE = 100
_ROUNDING = 1
"""Shares such as 33 + 33 + 33 were meant to be whole; what is left goes to the first."""


def active(messages: Iterable[Message]) -> list[Message]:
    """Keep the versions that recipients still get."""
    return [message for message in messages if message.retired_at is None]


def assign_versions(messages: Sequence[Message], rules: Convention) -> None:
    """Name several unnamed versions as the convention does, and make untouched shares even.

    A single version goes to everybody. Shares that miss 100 by rounding are mended at the first.
    """
    going = active(messages)
    if len(going) > 1:
        _name_the_unnamed(going, messages, rules)
    _mend_shares(going)


def _name_the_unnamed(
    going: Sequence[Message], messages: Sequence[Message], rules: Convention
) -> None:
    names = free_names(messages, rules)
    for message in going:
        if not message.utm_content:
            message.utm_content = next(names, "")


def free_names(messages: Sequence[Message], rules: Convention) -> Iterator[str]:
    """Yield the convention's names for versions that none of the messages has, retired or not."""
    taken = {message.utm_content for message in messages}
    return (name for name in version_names(rules) if name not in taken)


def _mend_shares(going: Sequence[Message]) -> None:
    if all(message.share == WHOLE for message in going) or len(going) == 1:
        spread(going)
    rest = WHOLE - sum(message.share for message in going)
    if going and 0 < abs(rest) <= _ROUNDING and going[0].share + rest >= 1:
        going[0].share += rest


def spread(messages: Sequence[Message], total: int = WHOLE) -> None:
    """Let these share so many per cent in their present proportions, each at least one."""
    parts = split_recipients([message.share for message in messages], total)
    while 0 in parts and max(parts) > 1:
        parts[parts.index(max(parts))] -= 1
        parts[parts.index(0)] += 1
    for message, part in zip(messages, parts, strict=True):
        message.share = max(part, 1)


def check_versions(messages: Sequence[Message], rules: Convention) -> Iterator[Violation]:
    """Yield what is wrong with the versions, at fields such as `messages.0.utm_content`."""
    yield from _check_names(messages, rules)
    going = [
        (index, message) for index, message in enumerate(messages) if message.retired_at is None
    ]
    if len(going) > MOST_VERSIONS:
        field = f"messages.{going[MOST_VERSIONS][0]}.utm_content"
        text = (
            f"{len(going)} versions at once are too many: {MOST_VERSIONS} at most, "
            "or none gets enough recipients to compare."
        )
        yield Violation(field, str(len(going)), "too-many-versions", text, "")
        return
    whole = sum(message.share for _, message in going)
    if going and whole != WHOLE:
        index, last = going[-1]
        left = WHOLE - (whole - last.share)
        text = f"The versions’ shares sum to {whole} %, not to {WHOLE} %."
        suggestion = str(left) if left >= 1 else ""
        yield Violation(f"messages.{index}.share", str(last.share), "shares-sum", text, suggestion)


def _check_names(messages: Sequence[Message], rules: Convention) -> Iterator[Violation]:
    seen: set[str] = set()
    for index, message in enumerate(messages):
        field, value = f"messages.{index}.utm_content", message.utm_content
        for found in check({"utm_content": value}, rules).violations:
            if found.field == "utm_content":
                yield Violation(field, value, found.rule, found.message, found.suggestion)
        free = next((name for name in version_names(rules) if name not in seen), "")
        if not value and len(messages) > 1:
            text = "Each of several versions needs its own utm_content."
            yield Violation(field, value, "required", text, free)
        elif value in seen:
            text = f"“{value}” is the name of another version of this send."
            yield Violation(field, value, "already-used", text, free)
        seen.add(value)
