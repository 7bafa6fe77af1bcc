"""What the made-up company's CRM holds: companies, contacts, and deals that move."""

import random  # noqa: TID251 - a story that repeats, no secret
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from config.demo.story import Customer

OPEN_STAGES = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled")
WON, LOST = "closedwon", "closedlost"
_FIRST_DEAL_ID = 500_000


def contact_records(people: Iterable[Customer], *, at: datetime) -> list[dict[str, Any]]:
    """Return the companies and contacts as the sandbox takes them."""
    records: list[dict[str, Any]] = []
    told: set[str] = set()
    for person in people:
        if person.company_id not in told:
            told.add(person.company_id)
            records.append(
                {
                    "kind": "companies",
                    "id": person.company_id,
                    "properties": {"name": person.company, "domain": person.company_domain},
                    "at": at.isoformat(),
                }
            )
        first, _, last = person.name.partition(" ")
        records.append(
            {
                "kind": "contacts",
                "id": person.contact_id,
                "properties": {
                    "firstname": first,
                    "lastname": last,
                    "email": person.email,
                    "phone": person.phone,
                },
                "at": at.isoformat(),
                "associations": [{"kind": "companies", "id": person.company_id}],
            }
        )
    return records


class Deals:
    """Makes deals and lets them move."""

    def __init__(self) -> None:
        self._draw = random.Random(22)  # noqa: S311
        self._next_id = _FIRST_DEAL_ID
        self.open: list[dict[str, Any]] = []

    def of(self, person: Customer, *, created_at: datetime, now: datetime) -> dict[str, Any]:
        """Return a new deal of this person, most of them open, some closed since."""
        deal = self._deal(person, created_at=created_at)
        closes_at = created_at + timedelta(days=self._draw.randrange(4, 40))
        chance = self._draw.random()
        if closes_at < now and chance < 0.6:
            stage = WON if chance < 0.42 else LOST
            deal["properties"] |= {"dealstage": stage, "closedate": closes_at.isoformat()}
        else:
            self.open.append(deal)
        return deal

    def close_some(self, share: float, *, at: datetime) -> list[dict[str, Any]]:
        """Return a share of the open deals as won at this moment."""
        won = self.open[: int(len(self.open) * share)]
        self.open = self.open[len(won) :]
        return [
            {
                "kind": "deals",
                "id": deal["id"],
                "properties": {"dealstage": WON, "closedate": at.isoformat()},
                "at": at.isoformat(),
            }
            for deal in won
        ]

    def odd_ones(self, person: Customer, *, at: datetime) -> list[dict[str, Any]]:
        """Return what every CRM has too: no amount, no contact, a foreign currency."""
        nameless = self._deal(person, created_at=at)
        nameless["properties"].pop("amount")
        lonely = self._deal(person, created_at=at)
        lonely["associations"] = []
        foreign = self._deal(person, created_at=at)
        foreign["properties"]["deal_currency_code"] = "CHF"
        for deal in (nameless, lonely, foreign):
            deal["properties"] |= {"dealstage": WON, "closedate": at.isoformat()}
        return [nameless, lonely, foreign]

    def _deal(self, person: Customer, *, created_at: datetime) -> dict[str, Any]:
        self._next_id += 1
        amount = self._draw.choice((1_900, 4_800, 9_600, 14_400, 24_000)) + self._draw.randrange(99)
        return {
            "kind": "deals",
            "id": str(self._next_id),
            "properties": {
                "dealname": f"{person.company}, {self._draw.choice(('Team', 'Growth', 'Scale'))}",
                "pipeline": "default",
                "dealstage": self._draw.choice(OPEN_STAGES),
                "amount": f"{amount}.{self._draw.randrange(100):02}",
                "deal_currency_code": "USD",
                "createdate": created_at.isoformat(),
            },
            "at": created_at.isoformat(),
            "associations": [
                {"kind": "contacts", "id": person.contact_id},
                {"kind": "companies", "id": person.company_id},
            ],
        }
