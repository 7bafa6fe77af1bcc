"""Who stands behind which outcome, under each contact mode: in bulk, as columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attribution.bulk_reads import read_columns
from attribution.facts import ID
from attribution.free_mail import FREE_MAIL_DOMAINS
from attribution.models import CreditRule, Outcome
from tracking.copying import array_text

_MODES = CreditRule.ContactMode
_PAIR = np.dtype([("outcome", ">i8"), ("person", ID)])
Pairs = NDArray[Any]
"""Rows of an outcome's row number and a person's id."""

# A deal stands in `deals` once for each of its outcomes, with the outcome's row number.
_NAMED = """
    SELECT o.row - 1, i.person_id
    FROM unnest(%(deals)s::uuid[]) WITH ORDINALITY AS o(deal, row)
    JOIN crm_sync_dealcontact n ON n.deal_id = o.deal AND (n.is_primary OR NOT %(only_primary)s)
    JOIN crm_sync_contact c ON c.id = n.contact_id AND c.deleted_at IS NULL
    JOIN tracking_identity i ON i.id = c.identity_id
"""
_AT_COMPANY = """
    SELECT o.row - 1, i.person_id
    FROM unnest(%(deals)s::uuid[]) WITH ORDINALITY AS o(deal, row)
    JOIN crm_sync_deal d ON d.id = o.deal
    JOIN crm_sync_company f ON f.id = d.company_id
         AND lower(f.domain) <> ALL (%(free_mail)s::text[])
    JOIN crm_sync_contact c ON c.company_id = f.id AND c.deleted_at IS NULL
    JOIN tracking_identity i ON i.id = c.identity_id
"""


def people_behind(outcomes: Sequence[Outcome | None], mode: str) -> Pairs:
    """Pair outcomes with the people behind them; nobody stands behind a None.

    At most two queries. A free-mail domain makes no company.
    """
    if mode == _MODES.COMPANY:
        of_deals = _at_company(outcomes)
    else:
        of_deals = _named(outcomes, only_primary=mode == _MODES.PRIMARY)
    if mode == _MODES.ROLES_ELSE_COMPANY:
        settled = set(of_deals["outcome"].tolist())
        rest = [None if row in settled else one for row, one in enumerate(outcomes)]
        of_deals = np.concatenate((of_deals, _at_company(rest)))
    return np.concatenate((_own(outcomes), of_deals))


def _own(outcomes: Sequence[Outcome | None]) -> Pairs:
    """Return the people that outcomes name themselves."""
    own = [
        (row, outcome.person_id.bytes)
        for row, outcome in enumerate(outcomes)
        if outcome is not None and outcome.person_id is not None
    ]
    return np.array(own, _PAIR)


def _named(outcomes: Sequence[Outcome | None], *, only_primary: bool) -> Pairs:
    asked = {"deals": deal_array(outcomes), "only_primary": only_primary}
    return read_columns(_NAMED, asked, _PAIR)


def _at_company(outcomes: Sequence[Outcome | None]) -> Pairs:
    asked = {"deals": deal_array(outcomes), "free_mail": list(FREE_MAIL_DOMAINS)}
    return read_columns(_AT_COMPANY, asked, _PAIR)


def deal_array(outcomes: Sequence[Outcome | None]) -> str:
    """Return the outcomes' deals as an array for PostgreSQL; NULL where there is none."""
    return array_text(None if outcome is None else outcome.deal_id for outcome in outcomes)


def numbered(pairs: list[Pairs]) -> tuple[NDArray[np.void], list[NDArray[np.int64]]]:
    """Return all people once, and for each list of pairs the people's places among them."""
    everybody = [np.ascontiguousarray(each["person"]).view("S16") for each in pairs]
    if not pairs:  # No rule is active
        return np.zeros(0, ID), []
    joined = np.concatenate(everybody)
    people, places = np.unique(joined, return_inverse=True)
    ends = np.cumsum([len(each) for each in everybody]).tolist()
    split = np.split(places.astype(np.int64), ends[:-1])
    return people.view(ID), split
