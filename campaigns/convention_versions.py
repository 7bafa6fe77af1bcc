"""A convention's life: drafted, published for the whole team, replaced by its next version."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import CharField, F, Max, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from campaigns.convention_faults import faults_of
from campaigns.history import delete_by, save_by
from campaigns.models import Channel, ConventionToken, NamingConvention, new_share_token
from campaigns.public_ids import new_id
from campaigns.published_rules import rules_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

_OUT_OF_THE_WAY = 10_000


class ConventionNotDraftError(Exception):
    """Only a draft can be published; a published version never changes."""


class ConventionUnsoundError(Exception):
    """The draft contradicts itself. `faults` say how."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(faults))


@transaction.atomic
def publish_convention(
    *, convention: NamingConvention, by: "User | None", now: datetime.datetime
) -> NamingConvention:
    """Put a draft in force; the version before it is retired and stays readable.

    Raises:
        ConventionNotDraftError: it was published before.
        ConventionUnsoundError: no values could follow it.
    """
    Channel.objects.select_for_update().get(pk=convention.channel_id)
    current = NamingConvention.objects.select_for_update().get(pk=convention.pk)
    if current.status != NamingConvention.Status.DRAFT:
        raise ConventionNotDraftError(f"The {current} was published before. Make a new version.")
    faults = faults_of(rules_of(current, today=timezone.localdate(now)))
    if faults:
        raise ConventionUnsoundError(faults)
    for old in NamingConvention.objects.published().filter(channel=current.channel):
        old.status = NamingConvention.Status.RETIRED
        save_by(old, by)
    current.status = NamingConvention.Status.PUBLISHED
    current.published_at, current.published_by = now, by
    save_by(current, by)
    return current


@transaction.atomic
def save_draft(
    *,
    convention: NamingConvention,
    parts: Sequence[ConventionToken] | None = None,
    by: "User | None",
) -> NamingConvention:
    """Store a draft; a new one gets its channel's next version number.

    `parts` are all parts of its names, in order; where they are None, they stay as they are.

    Raises:
        ConventionNotDraftError: it is published, and so never changes.
    """
    if not _lock_draft(convention):
        convention.version = next_version_number(convention.channel)
    save_by(convention, by)
    if parts is not None:
        _save_parts(convention, parts, by)
    return convention


@transaction.atomic
def delete_draft(*, convention: NamingConvention, by: "User | None") -> None:
    """Delete a draft with its parts.

    Raises:
        ConventionNotDraftError: it is published, and sends name it as what they were checked by.
    """
    _lock_draft(convention)
    for part in convention.tokens.all():  # a cascade would not say by whom
        delete_by(part, by)
    delete_by(convention, by)


def _lock_draft(convention: NamingConvention) -> bool:
    """Let nobody else change a channel's conventions for now; say whether this one is stored."""
    Channel.objects.select_for_update().get(pk=convention.channel_id)
    stored = NamingConvention.objects.filter(pk=convention.pk).first()
    if stored is not None and stored.status != NamingConvention.Status.DRAFT:
        raise ConventionNotDraftError(f"The {stored} is published and never changes.")
    return stored is not None


def _save_parts(
    convention: NamingConvention, parts: Sequence[ConventionToken], by: "User | None"
) -> None:
    """Make these the parts of a convention, one after the other."""
    stored = {part.pk: part for part in convention.tokens.all()}
    for gone in stored.keys() - {part.pk for part in parts}:
        delete_by(stored[gone], by)
    # Two parts may exchange their places or names, which the database would refuse half-way
    convention.tokens.update(
        position=F("position") + _OUT_OF_THE_WAY,
        name=Concat(Value("~"), Cast(F("position"), CharField())),
    )
    for position, part in enumerate(parts, start=1):
        part.convention, part.position = convention, position
        if part.pk in stored and _same(part, stored[part.pk]):
            convention.tokens.filter(pk=part.pk).update(position=position, name=part.name)
        else:
            save_by(part, by)


def _same(part: ConventionToken, stored: ConventionToken) -> bool:
    names = [field.attname for field in ConventionToken._meta.concrete_fields]
    return all(getattr(part, name) == getattr(stored, name) for name in names)


def next_version_number(channel: Channel) -> int:
    """Return the number of a channel's next version. Costs a query."""
    newest = NamingConvention.objects.filter(channel=channel).aggregate(Max("version"))
    return (newest["version__max"] or 0) + 1


@transaction.atomic
def draft_new_version(*, convention: NamingConvention, by: "User | None") -> NamingConvention:
    """Return a draft of the next version, with the rules and parts of this one."""
    Channel.objects.select_for_update().get(pk=convention.channel_id)
    tokens = list(convention.tokens.all())
    draft = NamingConvention.objects.get(pk=convention.pk)
    draft._state.adding = True
    draft.pk, draft.token = new_id(), new_share_token()
    draft.version = next_version_number(convention.channel)
    draft.status = NamingConvention.Status.DRAFT
    draft.published_at = draft.published_by = None
    save_by(draft, by)
    for token in tokens:
        token._state.adding = True
        token.pk, token.convention = new_id(), draft
        save_by(token, by)
    return draft
