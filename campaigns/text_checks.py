"""What can be said of each text before a send goes live: its link, its opt-out, its length."""

from collections.abc import Iterator, Sequence

from campaigns.models import Message, SendingPolicy
from campaigns.opt_out_words import EXAMPLE, says_how_to_opt_out
from campaigns.preflight import CheckResult, Level
from campaigns.sms_text import LINK_LENGTH, LINK_MARK, Segments, count_segments, with_link


def text_results(
    messages: Sequence[Message], policy: SendingPolicy, page: str, *, link_length: int = LINK_LENGTH
) -> Iterator[CheckResult]:
    """Judge every text; `page` is the send's own, where each is mended in its field."""
    if not messages:
        where = f"{page}#messages-group"
        yield CheckResult("message-missing", Level.ERROR, "Write at least one message.", where)
    for index, message in enumerate(messages):
        name = f"Message {message.utm_content}" if message.utm_content else "The message"
        fix_url = f"{page}#id_messages-{index}-body"
        yield _link_result(message, name, fix_url)
        if not says_how_to_opt_out(message.body):
            text = f"{name} does not say how to opt out, such as “{EXAMPLE}”."
            yield CheckResult("opt-out-missing", Level.WARNING, text, fix_url)
        found = count_segments(with_link(message.body, link_length=link_length))
        yield _segments_result(found, name, fix_url)
        if found.segments > policy.most_segments:
            most = f"{policy.most_segments} segment{'' if policy.most_segments == 1 else 's'}"
            text = f"{name} takes {found.segments} segments; the policy asks for {most} at most."
            yield CheckResult("segments-many", Level.WARNING, text, fix_url)


def _link_result(message: Message, name: str, fix_url: str) -> CheckResult:
    marks = message.body.count(LINK_MARK)
    if marks == 1:
        return CheckResult("link-mark", Level.OK, f"{name} has its short link.", fix_url)
    if marks:
        text = f"{name} has {LINK_MARK} {marks} times; once is enough."
        return CheckResult("link-mark-repeated", Level.WARNING, text, fix_url)
    text = f"{name} has no {LINK_MARK}. Write it where the short link goes."
    return CheckResult("link-mark-missing", Level.ERROR, text, fix_url)


def _segments_result(found: Segments, name: str, fix_url: str) -> CheckResult:
    parts = f"{found.segments} segment{'' if found.segments == 1 else 's'}"
    if not found.is_unicode:
        text = f"{name} takes {parts} of GSM-7 text, link included."
        return CheckResult("segments", Level.OK, text, fix_url)
    letters = " ".join(found.forced_by[:5])
    text = f"{name} takes {parts} because of {letters} (Unicode). Without it: {found.without_them}."
    level = Level.WARNING if found.segments > found.without_them else Level.OK
    return CheckResult("segments-unicode", level, text, fix_url)
