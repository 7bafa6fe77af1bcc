"""8,800 real, messy opportunities reconcile to the cent under every rule."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest
from django.db.models import Q, Sum

from attribution.models import Bucket, CreditBatch, CreditRule, CreditTotal, Outcome
from attribution.outcomes import derive_from_deals, write
from attribution.presets import PRESETS
from attribution.rule_parameters import completed_parameters
from attribution.services import refresh_findings, settle_changes, verify_ledger
from attribution.what_if import what_if
from campaigns.models import Channel
from crm_sync.file_import import import_deals_file
from crm_sync.models import Company, Deal
from tests.attribution.builders import NOW, a_contact, make_identity
from tests.crm_sync.builders import SALES_PIPELINE_MAPPING
from tracking.models import Touchpoint

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]


def import_and_settle(shared_data: Path) -> None:
    import_deals_file(
        path_or_file=shared_data / "crm" / "sales_pipeline.csv",
        mapping=SALES_PIPELINE_MAPPING,
        now=NOW,
    )
    while settle_changes(now=NOW, limit=5000):
        pass


def test_the_wins_of_the_export_reconcile_under_every_rule(shared_data: Path) -> None:
    import_and_settle(shared_data)

    rules = CreditRule.objects.active().count()
    wins = CreditTotal.objects.filter(kind="win", grain="all").order_by().values("rule")
    sums = wins.annotate(amount=Sum("amount_minor"), count=Sum("count_micro"))
    assert {(s["amount"], s["count"]) for s in sums} == {(1_000_553_400, 4238 * 1_000_000)}
    assert len(sums) == rules == 6
    exclusions = Outcome.objects.filter(kind="opportunity").values_list("exclusion", flat=True)
    assert {name: list(exclusions).count(name) for name in set(exclusions)} == {
        "": 6711,
        "no_amount": 1589,
        "no_date": 500,
    }
    assert verify_ledger() == []

    refresh_findings(now=NOW)
    batches = CreditBatch.objects.count()
    import_and_settle(shared_data)
    assert CreditBatch.objects.count() == batches


def people_come(number: int) -> None:
    """Give every so-many-th company a contact who came to the website every other month."""
    channels = list(Channel.objects.filter(slug__in=["sms", "email", "paid-search", "direct"]))
    touches = []
    for place, company in enumerate(Company.objects.order_by("name")):
        if place % number:
            continue
        identity = make_identity("email", f"buyer@company{place}.example")
        a_contact(identity, company=company)
        for month in range(8):
            moment = datetime(2016, 10, 1 + place % 28, place % 24, tzinfo=UTC)
            touches.append(
                Touchpoint(
                    kind=Touchpoint.Kind.VISIT,
                    identity=identity,
                    occurred_at=moment + timedelta(days=61 * month),
                    channel=channels[(place + month) % len(channels)],
                    rule_set_version="test",
                    evidence_grade=0,
                )
            )
    Touchpoint.objects.bulk_create(touches)


def every_rule() -> Iterator[CreditRule]:
    """Yield a rule of every kind and every preset, as it would be if it were in force."""
    for kind in CreditRule.Kind:
        given = {"first": 20, "opportunity": 30, "rest": 10, "last": 40} if kind == "custom" else {}
        yield a_rule(kind, given, 90, CreditRule.ContactMode.ROLES_ELSE_COMPANY)
    for preset in PRESETS.values():
        yield a_rule(preset.kind, preset.parameters, preset.lookback_days, preset.contact_mode)


def a_rule(
    kind: str, parameters: Mapping[str, object], lookback_days: int | None, contact_mode: str
) -> CreditRule:
    given = completed_parameters(
        kind=kind,
        parameters=parameters,
        lookback_days=lookback_days,
        contact_mode=contact_mode,
        now=NOW,
    )
    return CreditRule(
        kind=kind, parameters=given, lookback_days=lookback_days, contact_mode=contact_mode
    )


def test_the_export_reconciles_under_every_kind_of_rule_and_every_preset(
    shared_data: Path,
) -> None:
    import_deals_file(
        path_or_file=shared_data / "crm" / "sales_pipeline.csv",
        mapping=SALES_PIPELINE_MAPPING,
        now=NOW,
    )
    people_come(8)
    for chunk in batched(Deal.objects.order_by("pk").values_list("pk", flat=True), 2_000):
        write(derive_from_deals(chunk), now=NOW)

    for rule in every_rule():
        cells = [
            cell
            for cell in what_if(rule=rule, where=Q(kind="win"))
            if cell.grain == CreditTotal.Grain.ALL
        ]
        money = sum(cell.amount_minor for cell in cells)
        number = sum(cell.count_micro for cell in cells)
        assert (money, number) == (1_000_553_400, 4238 * 1_000_000), rule.kind
        if rule.contact_mode in {"roles_else_company", "company"}:
            earned = [cell for cell in cells if cell.bucket == Bucket.ATTRIBUTED]
            assert sum(cell.amount_minor for cell in earned) > 0, rule.kind


def batched(items: Iterable[UUID], size: int) -> Iterator[list[UUID]]:
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk
