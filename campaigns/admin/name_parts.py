"""The parts of a campaign name as small fields: what may stand in each, and what stands in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from campaigns.admin.send_form_data import FormData, part_field, text_in
from campaigns.models import NamingConvention, Send
from campaigns.name_format import NamePart, part_values
from campaigns.periods import written_on
from campaigns.published_rules import part_of

_READ_BACK = 200
_MOST_OFFERED = 20
_DAYS_AHEAD = (0, 30, 61, 91)
_USUAL_FORMS = ("month", "quarter", "year-month", "month-year", "quarter-year", "season", "week")


@dataclass(frozen=True, slots=True)
class PartField:
    """One part's field: its choices, or suggestions for free text, and its present text."""

    name: str
    part: NamePart
    value: str
    options: tuple[str, ...]

    @property
    def id(self) -> str:
        """Return the field's id on the page."""
        return f"id_{self.name}"

    @property
    def label(self) -> str:
        """Return the part's name as people read it."""
        return self.part.name.replace("-", " ").replace("_", " ").capitalize()

    @property
    def hint(self) -> str:
        """Return what to type, such as an example."""
        return self.part.example or ("" if self.options else self.part.described())


@dataclass(frozen=True, slots=True)
class PartGroup:
    """A channel's parts in order, and what joins them."""

    channel_id: str
    channel: str
    separator: str
    is_chosen: bool
    fields: tuple[PartField, ...]


def part_groups(send: Send, data: FormData | None) -> list[PartGroup]:
    """Return the parts of every published convention's names, filled in for the send's channel.

    `data` is what was posted, where the form comes back with errors. Costs three queries.
    """
    published = NamingConvention.objects.published().select_related("channel")
    earlier = _earlier_names()
    return [
        _group(convention, send, data, earlier.get(convention.channel_id, ()))
        for convention in published.prefetch_related("tokens").order_by("channel__position")
        if convention.tokens.all()
    ]


def texts_of(convention: NamingConvention, name: str) -> dict[str, str]:
    """Return a name's parts by the names of their fields; all are named, the empty too."""
    parts = [part_of(token) for token in convention.tokens.all()]
    values = part_values(name, parts, convention.separator) if name else {}
    return {
        part_field(convention.channel_id, part.name): values.get(part.name, "") for part in parts
    }


def periods_around(part: NamePart, day: date) -> tuple[str, ...]:
    """Return the periods that a send of a day may be named after, the nearest first."""
    days = [day + timedelta(days=ahead) for ahead in _DAYS_AHEAD]
    forms = part.words or _USUAL_FORMS
    written = [text for one in days for text in written_on(one, forms) if part.accepts(text)]
    return tuple(dict.fromkeys(written))[:_MOST_OFFERED]


def planned_day(send: Send) -> date:
    """Return the day a send goes out, as far as anybody knows."""
    return timezone.localdate(send.scheduled_at) if send.scheduled_at else timezone.localdate()


def _group(
    convention: NamingConvention, send: Send, data: FormData | None, earlier: Sequence[str]
) -> PartGroup:
    is_chosen = convention.channel_id == send.channel_id
    texts = texts_of(convention, send.utm_campaign if is_chosen else "")
    parts = [part_of(token) for token in convention.tokens.all()]
    used = _used_texts(parts, earlier, convention.separator)
    fields = []
    for part in parts:
        name = part_field(convention.channel_id, part.name)
        value = text_in(data, name) if data is not None and name in data else texts[name]
        options = _options(part, used.get(part.name, ()), send)
        fields.append(PartField(name, part, value, options))
    return PartGroup(
        str(convention.channel_id),
        convention.channel.name,
        convention.separator,
        is_chosen,
        tuple(fields),
    )


def _options(part: NamePart, used: Iterable[str], send: Send) -> tuple[str, ...]:
    if part.kind == "vocabulary":
        return part.words
    if part.kind == "period":
        return periods_around(part, planned_day(send))
    if part.kind == "slug":
        return tuple(used)[:_MOST_OFFERED]
    return ()


def _earlier_names() -> Mapping[Any, list[str]]:
    """Return the latest campaign names of each channel, the newest first."""
    names: dict[Any, list[str]] = {}
    rows = Send.objects.order_by("-created_at").values_list("channel_id", "utm_campaign")
    for channel_id, name in rows[:_READ_BACK]:
        names.setdefault(channel_id, []).append(name)
    return names


def _used_texts(
    parts: Sequence[NamePart], names: Iterable[str], separator: str
) -> dict[str, dict[str, None]]:
    """Return which texts earlier names have in each part, the newest first, each once."""
    used: dict[str, dict[str, None]] = {}
    for name in names:
        for part, text in part_values(name, parts, separator).items():
            used.setdefault(part, {}).setdefault(text)
    return used
