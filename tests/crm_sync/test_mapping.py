"""HubSpot's fields and ours."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crm_sync import mapping
from crm_sync.mapping import DealLinks, UnreadableRecordError
from crm_sync.records import ContactRef, DealRecord, HistoryChange

MAY = datetime(2026, 5, 2, 9, 30, tzinfo=UTC)


def a_deal_document(**properties: str | None) -> dict[str, Any]:
    return {"id": "31", "properties": {"dealname": "Rollout", **properties}}


def read(document: dict[str, Any], **options: Any) -> DealRecord:
    given = {"links": None, "owners": {}, "default_currency": "USD", **options}
    return mapping.read_deal(document, **given)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, None),
        ("", None),
        ("2026-05-02T09:30:00.000Z", MAY),
        ("2026-05-02T11:30:00+02:00", MAY),
        ("2026-05-02T09:30:00", MAY),
        ("1777714200000", MAY),
        ("2026-05-02", datetime(2026, 5, 2, tzinfo=UTC)),
    ],
)
def test_times_come_in_several_forms(text: str | None, moment: datetime | None) -> None:
    assert mapping.read_moment(text, field="Close date") == moment


@pytest.mark.parametrize("text", ["tomorrow", "99999999999999999999"])
def test_what_is_no_time_is_named(text: str) -> None:
    with pytest.raises(UnreadableRecordError, match="Close date is not a date") as caught:
        mapping.read_moment(text, field="Close date")
    assert caught.value.code == "bad-date"


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        (None, "USD", None),
        ("", "USD", None),
        ("0", "USD", 0),
        ("1234.5", "USD", 123450),
        ("-20", "USD", -2000),
        ("1234.5", "JPY", 1235),
        ("1.2345", "KWD", 1235),
        ("0.005", "USD", 1),
        ("1E+3", "USD", 100000),
    ],
)
def test_amounts_become_minor_units(text: str | None, currency: str, minor: int | None) -> None:
    assert mapping.read_amount(text, currency=currency) == minor


@pytest.mark.parametrize("text", ["a lot", "NaN", "Infinity", "1" * 30, "1e999999"])
def test_what_is_no_amount_is_named(text: str) -> None:
    with pytest.raises(UnreadableRecordError) as caught:
        mapping.read_amount(text, currency="USD")
    assert caught.value.code == "bad-amount"


@pytest.mark.parametrize(
    ("is_closed", "probability", "outcome"),
    [
        ("true", "1.0", "won"),
        ("true", "0.0", "lost"),
        ("true", "0.5", "lost"),
        ("true", "unknown", "lost"),
        ("false", "1.0", "open"),
        ("false", "0.2", "open"),
        (True, 1, "won"),
    ],
)
def test_a_stage_is_won_by_its_metadata(
    is_closed: object, probability: object, outcome: str
) -> None:
    metadata = {"isClosed": is_closed, "probability": probability}
    stage = mapping.read_stage({"id": "s", "label": "Closed lost", "metadata": metadata})
    assert stage.outcome == outcome


def test_a_stage_without_metadata_is_open() -> None:
    stage = mapping.read_stage({"id": "s", "label": "", "metadata": None, "displayOrder": -1})
    assert (stage.outcome, stage.name, stage.position) == ("open", "s", 0)


def test_stages_stand_in_display_order() -> None:
    stages = [{"id": "b", "displayOrder": 2}, {"id": "a", "displayOrder": 1}]
    pipeline = mapping.read_pipeline({"id": "p", "label": "Sales", "stages": stages})
    assert [stage.external_id for stage in pipeline.stages] == ["a", "b"]


def test_a_deal_full_of_nulls_is_read() -> None:
    deal = read(a_deal_document(**dict.fromkeys(mapping.DEAL_PROPERTIES)))
    assert (deal.name, deal.amount_minor, deal.currency) == ("Deal 31", None, "USD")
    assert (deal.company_external_id, deal.contacts) == (None, None)


def test_a_deal_names_its_currency_owner_and_times() -> None:
    deal = read(
        a_deal_document(
            amount="12.5", deal_currency_code="eur", hubspot_owner_id="7",
            createdate="2026-05-02T09:30:00Z",
        ),
        owners={"7": "Kim Rep"},
    )  # fmt: skip
    assert (deal.amount_minor, deal.currency, deal.owner) == (1250, "EUR", "Kim Rep")
    assert deal.created_at == MAY


def test_a_currency_that_is_none_is_named() -> None:
    with pytest.raises(UnreadableRecordError) as caught:
        read(a_deal_document(deal_currency_code="dollars"))
    assert caught.value.code == "bad-currency"


def test_the_primary_company_and_all_contacts_are_a_deals_links() -> None:
    links = mapping.read_deal_links(
        [{"toObjectId": 21, "associationTypes": [{"label": None}, {"label": "Decision maker"}]}],
        [
            {"toObjectId": 11, "associationTypes": [{"label": None}]},
            {"toObjectId": 12, "associationTypes": [{"label": "Primary"}]},
        ],
    )
    assert links == DealLinks((ContactRef("21", role="Decision maker"),), "12")


def test_no_links_are_said_as_none() -> None:
    deal = read(a_deal_document(), links=DealLinks())
    assert (deal.company_external_id, deal.contacts) == ("", ())


def test_history_is_told_oldest_first_and_without_what_cannot_be_read() -> None:
    histories = {
        "amount": [
            {"value": "20", "timestamp": "2026-05-03T00:00:00Z"},
            {"value": "?", "timestamp": "2026-05-02T12:00:00Z"},
            {"value": "", "timestamp": "2026-05-02T09:30:00Z"},
        ],
        "dealstage": [{"value": "won", "timestamp": "2026-05-04T00:00:00Z"}, {"value": "x"}],
        "closedate": [{"value": "1777714200000", "timestamp": "2026-05-05T00:00:00Z"}],
    }
    assert mapping.read_history(histories, currency="USD") == (
        HistoryChange("amount", "", MAY),
        HistoryChange("amount", "2000", datetime(2026, 5, 3, tzinfo=UTC)),
        HistoryChange("stage", "won", datetime(2026, 5, 4, tzinfo=UTC)),
        HistoryChange("closed_at", MAY.isoformat(), datetime(2026, 5, 5, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    ("text", "gone"), [(None, ()), ("", ()), ("31", ()), ("30; 32;31", ("30", "32"))]
)
def test_merged_ids_are_those_of_others(text: str | None, gone: tuple[str, ...]) -> None:
    assert mapping.merged_away("31", {"hs_merged_object_ids": text}) == gone


def test_a_contact_without_any_name_or_address_is_read() -> None:
    contact = mapping.read_contact("21", dict.fromkeys(mapping.CONTACT_PROPERTIES))
    assert (contact.name, contact.email, contact.phone) == ("", "", "")


def test_a_contacts_mobile_number_comes_first() -> None:
    contact = mapping.read_contact(
        "21", {"mobilephone": "+1 415 555 0100", "phone": "+1 415 555 0101", "lastname": "Lee"}
    )
    assert (contact.name, contact.phone) == ("Lee", "+1 415 555 0100")


def test_a_company_without_a_name_goes_by_its_address() -> None:
    assert mapping.read_company("11", {"name": None, "domain": "ACME.example"}).name == (
        "ACME.example"
    )
