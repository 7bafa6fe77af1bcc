"""What has a history: the kinds of objects, what to call them, and who may see their changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Model, Q

from campaigns.models import (
    Campaign,
    Channel,
    ConventionToken,
    Message,
    NamingConvention,
    Send,
    SendingPolicy,
    Spend,
)

Name = Callable[[type[Model], UUID | None], str]
"""Returns what a related object is called."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row with a history. A part, such as a message, belongs to its `whole`.

    `whole_id` is the column that names the object whose page shows the row; `hidden` are the
    columns that tell people nothing, or nothing that another column does not tell.
    """

    code: str
    model: Any
    noun: str
    permission: str
    title: Callable[[Any, Name], str]
    search: Callable[[str], Q]
    whole: str = ""
    whole_id: str = "id"
    part: Callable[[Any], str] = lambda row: ""
    labels: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    money: Mapping[str, str] = field(default_factory=dict)

    @property
    def object_code(self) -> str:
        """Return the kind of the object whose page shows the row."""
        return self.whole or self.code


def _ever_called(model: Any, column: str, found: Q) -> Q:
    """Keep the rows of objects that match at any time, so that a former name finds them too."""
    return Q(**{f"{column}__in": model.history.filter(found).order_by().values("id")})


def _send_search(column: str) -> Callable[[str], Q]:
    return lambda text: _ever_called(
        Send, column, Q(name__icontains=text) | Q(utm_campaign__icontains=text)
    )


_ALWAYS_HIDDEN = frozenset({"id", "created_at", "updated_at", "created_by"})
_UTM = {
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "utm_campaign": "UTM campaign",
    "utm_term": "UTM term",
}

KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            code="convention",
            model=NamingConvention,
            noun="naming convention",
            permission="campaigns.view_namingconvention",
            title=lambda row, name: (
                f"{name(Channel, row.channel_id)} convention, version {row.version}"
            ),
            search=lambda text: Q(channel__name__icontains=text),
            hidden=_ALWAYS_HIDDEN | {"token", "version", "published_at", "published_by"},
            labels={
                "sources": "Sources",
                "mediums": "Mediums",
                "campaign_max_length": "Longest UTM campaign",
                "content_prefix": "Word before a version’s letter",
                "content_numbering": "Versions are",
                "term_max_length": "Longest UTM term",
                "term_words": "Approved UTM terms",
                "requires_term": "Needs a UTM term",
            },
        ),
        Kind(
            code="part",
            model=ConventionToken,
            noun="naming convention",
            permission="campaigns.view_namingconvention",
            whole="convention",
            whole_id="convention_id",
            part=lambda row: f"the part {{{row.name}}}",
            title=lambda row, name: name(NamingConvention, row.convention_id),
            search=lambda text: (
                Q(convention__channel__name__icontains=text) | Q(name__icontains=text)
            ),
            hidden=_ALWAYS_HIDDEN | {"convention"},
            labels={"max_length": "Longest", "is_required": "Required"},
        ),
        Kind(
            code="campaign",
            model=Campaign,
            noun="campaign",
            permission="campaigns.view_campaign",
            title=lambda row, name: row.name,
            search=lambda text: _ever_called(Campaign, "id", Q(name__icontains=text)),
            hidden=_ALWAYS_HIDDEN,
            labels={"starts_on": "Starts", "ends_on": "Ends"},
        ),
        Kind(
            code="send",
            model=Send,
            noun="send",
            permission="campaigns.view_send",
            title=lambda row, name: row.name,
            search=_send_search("id"),
            # When it went live and was done is what the change of its status says.
            hidden=_ALWAYS_HIDDEN | {"live_at", "done_at"},
            labels={
                **_UTM,
                "destination_url": "Landing page",
                "audience_size": "Planned recipients",
                "holdout_percent": "Holdout, per cent",
                "scheduled_at": "Goes out",
                "time_zone": "Recipients’ time zone",
                "convention": "Checked against",
                "cloned_from": "Copied from",
                "planned_cost_minor": "Planned cost",
            },
            money={"planned_cost_minor": "planned_cost_currency"},
        ),
        Kind(
            code="message",
            model=Message,
            noun="send",
            permission="campaigns.view_message",
            whole="send",
            whole_id="send_id",
            part=lambda row: f"the text {row.utm_content}" if row.utm_content else "the text",
            title=lambda row, name: name(Send, row.send_id),
            search=_send_search("send_id"),
            hidden=_ALWAYS_HIDDEN | {"send", "replaces"},
            labels={
                "body": "Text",
                "utm_content": "UTM content",
                "destination_url": "Landing page",
                "share": "Share in %",
                "retired_at": "Replaced",
            },
        ),
        Kind(
            code="spend",
            model=Spend,
            noun="spend",
            permission="campaigns.view_spend",
            title=lambda row, name: f"{row.platform} {row.external_id}, {row.date}",
            search=lambda text: (
                Q(platform__icontains=text)
                | Q(external_id__icontains=text)
                | Q(description__icontains=text)
            ),
            hidden=_ALWAYS_HIDDEN,
            labels={"amount_minor": "Amount", "external_id": "The platform’s own id"},
            money={"amount_minor": "currency"},
        ),
        Kind(
            code="policy",
            model=SendingPolicy,
            noun="sending policy",
            permission="campaigns.view_sendingpolicy",
            title=lambda row, name: f"How {name(Channel, row.channel_id)} sends go out",
            search=lambda text: Q(channel__name__icontains=text),
            hidden=_ALWAYS_HIDDEN | {"channel"},
            labels={
                "quiet_from": "Quiet from",
                "quiet_until": "Quiet until",
                "quiet_hours_block": "Quiet hours block",
                "most_segments": "Most segments",
                "segment_rate": "Rate per segment",
                "collision_days": "Days between sends to one audience",
                "warnings_need_reason": "Warnings need an answer",
            },
        ),
    )
}
"""By code, in the order of a list of choices."""

OBJECTS = tuple(code for code, kind in KINDS.items() if not kind.whole)
"""The kinds that have a page of their own."""


def kinds_of_object(code: str) -> list[Kind]:
    """Return a kind of object with its parts: a send and its messages."""
    return [kind for kind in KINDS.values() if code in {kind.code, kind.whole}]
