"""A small company whose facts change in every way they can, in an order that chance decides.

Each change says what is to be true in the end, with a version where the CRM has one, so that the
same changes end in the same credit whatever order they come in.
"""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Sum

from attribution.models import CreditRule, CreditTotal
from attribution.services import create_rule_version, lock_period, retire_rule
from campaigns.models import Channel, ExchangeRate
from crm_sync.intake import take_companies, take_contacts, take_deals
from crm_sync.models import Connection, DealRefund, SyncRun
from crm_sync.records import ContactRef
from crm_sync.refunds import record_refunds, remove_refund
from tests.crm_sync.builders import (
    NOW,
    a_company_record,
    a_contact_record,
    a_deal_record,
    a_run_with_stages,
)
from tests.tracking.builders import make_goal
from tracking.exclusions import remove_exclusion, save_exclusion
from tracking.identity import revoke
from tracking.models import ChannelRule, IdentityEdge, TrafficExclusion
from tracking.reclassifying import reclassify
from tracking.services import record_events

Change = Callable[[], object]

PEOPLE, DEALS, VERSIONS = 10, 12, 3
_TAGS = (
    {"utm_source": "sms", "utm_medium": "text"},
    {"utm_source": "google", "utm_medium": "cpc"},
    {"utm_source": "partner", "utm_medium": "coop"},
    {"utm_source": "newsletter", "utm_medium": "email"},
)


def days_ago(days: float) -> datetime:
    """Return a moment before `NOW`."""
    return NOW - timedelta(days=days)


def sums() -> dict[tuple[Any, ...], tuple[int, int]]:
    """Return all running sums by names instead of ids, so that two worlds can be compared."""
    cells = CreditTotal.objects.order_by().values_list(
        "rule__slug", "grain", "kind", "bucket", "reason", "channel__slug", "touch_date",
        "outcome_date",
    )  # fmt: skip
    added = cells.annotate(amount=Sum("amount_minor"), count=Sum("count_micro"))
    return {tuple(cell): (amount, count) for *cell, amount, count in added if amount or count}


class Company:
    """The company as it was before anything changed, and what will change."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.run: SyncRun = a_run_with_stages()
        self.connection: Connection = self.run.connection
        make_goal("demo-booked", value_minor=50_00)
        self._found()

    def _found(self) -> None:
        ExchangeRate.objects.bulk_create(
            ExchangeRate(currency="EUR", date=day, rate=Decimal(rate))
            for day, rate in ((_day(70), "1.05"), (_day(40), "1.1"), (_day(20), "1.2"))
        )
        self._take(take_companies, [a_company_record("c1", domain="acme.example")])
        self._take(take_contacts, [_contact(number) for number in range(PEOPLE)])
        self._take(take_deals, [self._deal(number, version=0) for number in range(DEALS)])
        for number in range(PEOPLE):
            self.visit(number, hour=number, days=60)
            self.visit(number, hour=number, days=35)
        for number in range(4):
            self._event(name="visit", visitor_id=f"v-{number}", utm=_TAGS[number], days=25)
        self._event(name="visit", visitor_id="v-3", email=_email(3), utm=_TAGS[0], days=24)
        self.refund("base", deal=0)
        self.exclude("email", _email(9))

    def changes(self) -> list[Change]:
        """Return everything that will change, in the order in which it is thought of."""
        dice = self.dice
        versions = [
            partial(self._take, take_deals, [self._deal(number, version=version)])
            for number in range(DEALS)
            for version in range(1, VERSIONS + 1)
        ]
        late = [
            partial(self.visit, dice.randrange(PEOPLE), hour=hour, days=dice.uniform(20, 50))
            for hour in range(12)
        ]
        return [
            *versions,
            *late,
            *(partial(self.refund, f"r{n}", deal=dice.randrange(DEALS)) for n in range(6)),
            *(partial(self.lead, dice.randrange(PEOPLE), number=n) for n in range(4)),
            *(partial(self.tie, number) for number in range(3)),
            *(partial(self.delete, number) for number in (3, 7)),
            self.part,
            self.merge,
            self.take_refund_back,
            self.add_channel_rule,
            partial(self.exclude, "email", _email(1)),
            partial(self.exclude, "email_domain", "person2.example"),
            self.include_again,
            *(partial(self.rate, day, "1.3") for day in (45, 30, 15)),
            partial(self.rate, 40, "1.15"),
            self.forget_rate,
            self.edit_credit_rule,
            self.retire_credit_rule,
            partial(lock_period, starts_on=_day(60), ends_on=_day(50), by=None, now=NOW),
            partial(lock_period, starts_on=_day(20), ends_on=_day(15), by=None, now=NOW),
        ]

    def new_deal(self, key: str) -> None:
        """Win a deal nobody knew, so that there is certainly something to settle."""
        record = a_deal_record(
            key, stage_external_id="won", amount_minor=77_77, created_at=days_ago(9),
            closed_at=days_ago(8), contacts=(ContactRef("p4", is_primary=True),),
        )  # fmt: skip
        self._take(take_deals, [record])

    def visit(self, number: int, *, hour: int, days: float) -> None:
        """Have a person come to the website; the hours keep visits apart."""
        moment = round(days) + hour / 24 + number / 1000
        self._event(name="visit", email=_email(number), utm=_TAGS[number % 4], days=moment)

    def lead(self, person: int, *, number: int) -> None:
        """Have a person book a demo."""
        self._event(name="demo-booked", email=_email(person), days=12 + number / 10)

    def tie(self, number: int) -> None:
        """Tell whose browser it is."""
        self._event(
            name="visit", visitor_id=f"v-{number}", email=_email(number), utm=_TAGS[0], days=22
        )

    def part(self) -> None:
        """Take back what tied a browser to a person."""
        edge = (
            IdentityEdge.objects.live()
            .filter(a__kind__in=["visitor", "email"])
            .filter(b__kind__in=["visitor", "email"])
        )
        found = [one for one in edge if {one.a.value, one.b.value} == {"v-3", _email(3)}]
        revoke(edge=found[0], reason="chaos", now=NOW)

    def delete(self, number: int) -> None:
        """Delete a deal in the CRM, after all its versions."""
        self._take(take_deals, [self._deal(number, version=9, is_deleted=True)])

    def merge(self) -> None:
        """Merge the last deal into the first: one has a newer version, the other is gone."""
        last = self._deal(DEALS - 1, version=9, is_deleted=True)
        self._take(take_deals, [self._deal(0, version=9), last])

    def refund(self, key: str, *, deal: int) -> None:
        """Take money back."""
        row = {
            "deal": f"d{deal}", "external_id": key, "amount": f"{10 + len(key)}.{deal:02}",
            "currency": "USD", "refunded_at": days_ago(3 + deal / 10).isoformat(),
        }  # fmt: skip
        assert record_refunds(rows=[row], origin="api", now=NOW).is_stored

    def take_refund_back(self) -> None:
        """Find the refund of the beginning to be a mistake."""
        remove_refund(refund=DealRefund.objects.standing().get(external_id="base"), now=NOW)

    def add_channel_rule(self) -> None:
        """Give partners a channel of their own, of old touches too."""
        ChannelRule.objects.create(
            position=1,
            name="Partners",
            channel=Channel.objects.get(slug="affiliates"),
            conditions=[{"field": "source", "operator": "in", "values": ["partner"]}],
        )
        reclassify(now=NOW)

    def exclude(self, kind: str, value: str) -> None:
        """Find somebody to be staff."""
        save_exclusion(exclusion=TrafficExclusion(kind=kind, value=value), now=NOW)

    def include_again(self) -> None:
        """Find somebody not to be staff after all."""
        remove_exclusion(exclusion=TrafficExclusion.objects.get(value=_email(9)), now=NOW)

    def rate(self, days: int, rate: str) -> None:
        """Learn or correct a day's exchange rate."""
        ExchangeRate.objects.update_or_create(
            currency="EUR", date=_day(days), defaults={"rate": Decimal(rate)}
        )

    def forget_rate(self) -> None:
        """Delete a day's exchange rate."""
        ExchangeRate.objects.filter(date=_day(20)).delete()

    def edit_credit_rule(self) -> None:
        """Shorten the lookback of a rule."""
        rule = CreditRule.objects.active().get(slug="position")
        create_rule_version(
            slug=rule.slug, name=rule.name, kind=rule.kind, parameters=rule.parameters,
            lookback_days=28, contact_mode=rule.contact_mode, now=NOW,
        )  # fmt: skip

    def retire_credit_rule(self) -> None:
        """Do without a rule."""
        retire_rule(rule=CreditRule.objects.active().get(slug="last"), now=NOW)

    def _take(self, take: Callable[..., object], records: list[Any]) -> None:
        take(connection=self.connection, run=self.run, records=records, now=NOW)

    def _event(self, *, days: float, **said: Any) -> None:
        moment = days_ago(days)
        key = f"{said.get('email')}{said.get('visitor_id')}{moment.isoformat()}"
        event = {"event_id": key, "occurred_at": moment.isoformat(), **said}
        result = record_events(origin="chaos", events=[event], now=NOW)
        assert result.count("rejected") == 0, result

    def _deal(self, number: int, *, version: int, **fields: Any) -> Any:
        """Return a version of a deal; the same number and version are always the same."""
        dice = random.Random(number * 100 + version)
        stage = dice.choice(["engaging", "won", "won", "lost"])
        return a_deal_record(
            f"d{number}",
            stage_external_id=stage,
            amount_minor=dice.choice([None, *range(100_00, 900_00, 37_11)]),
            currency=dice.choice(["USD", "USD", "EUR"]),
            company_external_id=dice.choice(["", "c1"]),
            contacts=tuple(
                ContactRef(f"p{one}", is_primary=place == 0)
                for place, one in enumerate(dice.sample(range(PEOPLE), dice.randrange(4)))
            ),
            created_at=days_ago(30),
            closed_at=dice.choice([None, days_ago(dice.randrange(1, 28))]),
            modified_at=days_ago(10) + timedelta(hours=version),
            **fields,
        )


def _day(days: int) -> date:
    return days_ago(days).date()


def _email(number: int) -> str:
    return f"ann@person{number}.example"


def _contact(number: int) -> Any:
    return a_contact_record(f"p{number}", email=_email(number), company_external_id="c1")
