"""What a rule's author may leave out: paid channels by their slugs or marks, shares to be fitted."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from attribution.fitting import fitted_parameters
from attribution.weights import DATA_DRIVEN, InvalidRuleError
from campaigns.models import Channel


def completed_parameters(
    *,
    kind: str,
    parameters: Mapping[str, object],
    lookback_days: int | None,
    contact_mode: str,
    now: datetime,
) -> dict[str, object]:
    """Return parameters that the engine can divide by.

    A `linear_paid` rule gets the channels marked as paid, or those named by slug or id, by their
    ids and with their names. A data-driven rule without shares is fitted.

    Raises:
        InvalidRuleError: a channel does not exist, or a parameter means nothing.
        NotFittableError: there are too few journeys to fit shares on.
    """
    if kind == "linear_paid":
        return {**parameters, "channels": _channels(parameters.get("channels"))}
    if kind in DATA_DRIVEN and "shares" not in parameters:
        return fitted_parameters(
            kind=kind,
            parameters=parameters,
            lookback_days=lookback_days,
            contact_mode=contact_mode,
            now=now,
        )
    return dict(parameters)


def _channels(wanted: object) -> dict[str, str]:
    """Return channels as the rule keeps them: by id, with the name they have now."""
    if wanted is None:
        found = Channel.objects.filter(is_paid=True)
        return {str(channel.pk): channel.name for channel in found}
    if not isinstance(wanted, list | Mapping):
        raise InvalidRuleError("channels", "channels is a list of channels, by slug or id.")
    names = [str(name) for name in wanted]
    found = Channel.objects.filter(Q(slug__in=names) | Q(pk__in=filter(None, map(_uuid, names))))
    known = {key: channel for channel in found for key in (channel.slug, str(channel.pk))}
    for name in names:
        if name not in known:
            raise InvalidRuleError("channels", f"There is no channel “{name}”.")
    return {str(known[name].pk): known[name].name for name in names}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
