"""Which deals a sync must read again although the CRM does not call them changed."""

from collections.abc import Callable, Iterator, Sequence

from crm_sync.models import Connection, Contact, Deal, DealContact, Stage, SyncProblem
from crm_sync.providers.base import Provider

_BATCH = 1000


def refused_deals(connection: Connection) -> list[str]:
    """Return the ids of deals that were refused for a reason that may be gone by now."""
    problems = SyncProblem.objects.unresolved().filter(
        connection=connection, object_type="deals", is_retryable=True
    )
    return list(problems.exclude(external_id="").values_list("external_id", flat=True))


def deals_with_other_contacts(
    connection: Connection, provider: Provider, heartbeat: Callable[[], None]
) -> Iterator[str]:
    """Yield the ids of open deals whose contacts in the CRM are not those we hold.

    `heartbeat` is called between batches. Raises what the provider raises.
    """
    deals = Deal.objects.present().filter(connection=connection, outcome=Stage.Outcome.OPEN)
    ids = list(deals.order_by("external_id").values_list("external_id", flat=True))
    for start in range(0, len(ids), _BATCH):
        chunk = ids[start : start + _BATCH]
        theirs = provider.contacts_of_deals(chunk)
        held = _held(connection, {key for contacts in theirs.values() for key in contacts})
        ours = _ours(connection, chunk)
        yield from (key for key in chunk if theirs[key] & held != ours.get(key, set()))
        heartbeat()


def _ours(connection: Connection, deal_ids: Sequence[str]) -> dict[str, set[str]]:
    pairs = DealContact.objects.filter(
        deal__connection=connection, deal__external_id__in=deal_ids
    ).values_list("deal__external_id", "contact__external_id")
    ours: dict[str, set[str]] = {}
    for deal_id, contact_id in pairs:
        ours.setdefault(deal_id, set()).add(contact_id)
    return ours


def _held(connection: Connection, contact_ids: set[str]) -> set[str]:
    held = Contact.objects.filter(connection=connection, external_id__in=contact_ids)
    return set(held.values_list("external_id", flat=True))
