"""The HubSpot provider, against the sandbox."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_sync.http import ApiError, ErrorCategory
from crm_sync.mapping import PROPERTY_GROUP, WRITTEN_PROPERTIES
from crm_sync.providers import hubspot
from crm_sync.providers.base import Page, Window
from crm_sync.records import ContactRef, HistoryChange
from crm_sync.sandbox.server import Sandbox
from tests.crm_sync.sandbox_builders import (
    NOW,
    a_provider,
    seed_account,
    seed_company,
    seed_contact,
    seed_deal,
)

EVERYTHING = Window(None, NOW)
LATEST = Window(NOW - timedelta(minutes=10), NOW + timedelta(seconds=1))


def ids(pages: Iterable[Page[Any]]) -> list[str]:
    return [record.external_id for page in pages for record in page.records]


def test_it_proves_access_and_returns_the_servers_time(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    assert a_provider(crm).check_access() == NOW


@pytest.mark.parametrize("kind", ["companies", "contacts", "deals", "pipelines"])
def test_it_finds_a_missing_scope_before_a_sync(crm: Sandbox, kind: str) -> None:
    crm.misbehave(path=f"/{kind}", status=403)
    with pytest.raises(ApiError, match="may not do this") as caught:
        a_provider(crm).check_access()
    assert caught.value.category is ErrorCategory.CONFIGURATION


def test_it_reads_the_pipeline_with_what_each_stage_means(crm: Sandbox) -> None:
    (pipeline,) = a_provider(crm).pipelines()
    assert [stage.outcome for stage in pipeline.stages] == ["open"] * 5 + ["won", "lost"]


def test_it_reads_everything_page_by_page(crm: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubspot, "LIST_LIMIT", 2)
    for key in ("11", "12", "13"):
        seed_company(crm, key)
    pages = list(a_provider(crm).companies(EVERYTHING, ""))
    assert [len(page.records) for page in pages] == [2, 1]
    assert ids(pages) == ["11", "12", "13"]


def test_it_goes_on_where_a_pass_broke_off(crm: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubspot, "LIST_LIMIT", 2)
    for key in ("11", "12", "13"):
        seed_company(crm, key)
    place = next(iter(a_provider(crm).companies(EVERYTHING, ""))).place
    assert ids(a_provider(crm).companies(EVERYTHING, place)) == ["13"]


def test_a_contact_brings_its_company(crm: Sandbox) -> None:
    seed_account(crm)
    (page,) = a_provider(crm).contacts(EVERYTHING, "")
    (contact,) = page.records
    assert (contact.email, contact.company_external_id) == ("person21@acme.example", "11")


def test_a_deal_brings_its_contacts_company_owner_and_history(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    crm.seed([{"kind": "owners", "id": "7", "properties": {"firstName": "Kim", "lastName": "R"}}])
    seed_account(crm)
    seed_deal(crm, dealstage="closedwon", hubspot_owner_id="7", at="2026-06-01T00:00:00Z")
    (page,) = a_provider(crm).deals(EVERYTHING, "")
    (deal,) = page.records
    assert deal.contacts == (ContactRef("21"),)
    assert (deal.company_external_id, deal.owner, deal.amount_minor) == ("11", "Kim R", 10_000)
    assert deal.stage_entered_at == datetime(2026, 6, 1, tzinfo=UTC)
    assert [c for c in deal.history if c.field == "stage"] == [
        HistoryChange("stage", "qualifiedtobuy", datetime(2026, 5, 1, 9, tzinfo=UTC)),
        HistoryChange("stage", "closedwon", datetime(2026, 6, 1, tzinfo=UTC)),
    ]


def test_a_change_brings_the_same_deal_as_reading_everything(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    seed_account(crm)
    seed_deal(crm, amount="250.00")
    provider = a_provider(crm)
    (everything,), (change,) = provider.deals(EVERYTHING, ""), provider.deals(LATEST, "")
    assert everything.records == change.records


def test_only_changes_of_the_window_are_read(crm: Sandbox) -> None:
    for key, minutes in (("11", -11), ("12", -10), ("13", 0), ("14", 1)):
        crm.set_clock(NOW + timedelta(minutes=minutes))
        seed_company(crm, key)
    assert ids(a_provider(crm).companies(LATEST, "")) == ["12", "13"]


def test_more_equal_times_than_search_can_page_are_all_read(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    crm.behaviour.search_cap = 400
    for key in range(1, 1001):
        seed_company(crm, str(key))
    assert ids(a_provider(crm).companies(LATEST, "")) == [str(key) for key in range(1, 1001)]


def test_a_window_goes_on_behind_the_last_id(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    for key in ("9", "10", "11"):
        seed_contact(crm, key)
    assert ids(a_provider(crm).contacts(LATEST, "9")) == ["10", "11"]


def test_a_broken_value_becomes_a_problem_and_the_rest_goes_on(crm: Sandbox) -> None:
    seed_deal(crm, "31", deal_currency_code="dollars")
    seed_deal(crm, "32")
    (page,) = a_provider(crm).deals(EVERYTHING, "")
    assert ids([page]) == ["32"]
    (problem,) = page.problems
    assert (problem.code, problem.external_id, problem.object_type) == (
        "bad-currency", "31", "deals",
    )  # fmt: skip


@pytest.mark.parametrize("gets_a_new_id", [True, False])
def test_a_merge_buries_what_was_merged_away(crm: Sandbox, gets_a_new_id: bool) -> None:
    crm.set_clock(NOW)
    crm.store.merges_into_a_new_id = gets_a_new_id
    seed_deal(crm, "31")
    seed_deal(crm, "32")
    winner = crm.store.merge("deals", "31", "32").id
    (page,) = a_provider(crm).deals(LATEST, "")
    gone = {record.external_id for record in page.records if record.is_deleted}
    assert gone == {"31", "32"} - {winner}
    assert [r.external_id for r in page.records if not r.is_deleted] == [winner]


def test_a_merge_of_contacts_buries_the_loser(crm: Sandbox) -> None:
    seed_contact(crm, "21")
    seed_contact(crm, "22")
    winner = crm.store.merge("contacts", "21", "22").id
    (page,) = a_provider(crm).contacts(EVERYTHING, "")
    assert {(r.external_id, r.is_deleted) for r in page.records} == {
        (winner, False), ("21", True), ("22", True),
    }  # fmt: skip


def test_what_was_deleted_in_the_window_is_buried(crm: Sandbox) -> None:
    for key, minutes in (("31", -60), ("32", -5)):
        seed_deal(crm, key)
        crm.set_clock(NOW + timedelta(minutes=minutes))
        crm.store.archive("deals", key)
    (page,) = a_provider(crm).deleted_deals(LATEST, "")
    (deal,) = page.records
    assert (deal.external_id, deal.is_deleted) == ("32", True)
    assert deal.modified_at == NOW - timedelta(minutes=5)


def test_deleted_contacts_are_buried(crm: Sandbox) -> None:
    seed_contact(crm)
    crm.store.archive("contacts", "21")
    (page,) = a_provider(crm).deleted_contacts(EVERYTHING, "")
    assert [(r.external_id, r.is_deleted) for r in page.records] == [("21", True)]


def test_deals_are_read_by_id_without_those_that_are_gone(crm: Sandbox) -> None:
    seed_deal(crm, "31")
    seed_deal(crm, "32")
    crm.store.archive("deals", "32")
    assert ids(a_provider(crm).deals_by_id(["31", "32", "404404"])) == ["31"]


def test_the_contacts_of_deals_are_read_without_the_deals(crm: Sandbox) -> None:
    seed_account(crm)
    seed_deal(crm, "32")
    assert a_provider(crm).contacts_of_deals(["31", "32"]) == {
        "31": frozenset({"21"}), "32": frozenset(),
    }  # fmt: skip


def test_owners_that_may_not_be_read_are_left_out(crm: Sandbox) -> None:
    crm.misbehave(path="/owners", status=403)
    seed_deal(crm, hubspot_owner_id="7")
    (page,) = a_provider(crm).deals(EVERYTHING, "")
    assert [record.owner for record in page.records] == [""]


def test_owners_that_fail_to_come_stop_the_pass(crm: Sandbox) -> None:
    crm.misbehave(path="/owners", status=500, times=100)
    seed_deal(crm, hubspot_owner_id="7")
    with pytest.raises(ApiError, match="answered 500"):
        list(a_provider(crm).deals(EVERYTHING, ""))


def test_every_request_goes_to_the_dated_version(crm: Sandbox) -> None:
    seed_account(crm)
    provider = a_provider(crm)
    provider.check_access()
    list(provider.deals(EVERYTHING, ""))
    provider.prepare_contact_properties()
    assert {request.path.split("/")[3] for request in crm.behaviour.requests} == {"2026-09"}


def test_the_written_properties_are_made_once(crm: Sandbox) -> None:
    provider = a_provider(crm)
    provider.prepare_contact_properties()
    crm.behaviour.requests.clear()
    provider.prepare_contact_properties()
    made = crm.store.properties["contacts"]
    assert {name: made[name]["type"] for name in WRITTEN_PROPERTIES} == {
        name: kind for name, (_, kind, _) in WRITTEN_PROPERTIES.items()
    }
    assert crm.store.groups["contacts"].keys() == {PROPERTY_GROUP["name"]}
    assert [request.method for request in crm.behaviour.requests] == ["GET"]


def test_a_property_of_another_type_is_a_matter_of_set_up(crm: Sandbox) -> None:
    crm.store.properties["contacts"]["sms_first_campaign"] = {
        "name": "sms_first_campaign", "type": "number", "fieldType": "number",
    }  # fmt: skip
    with pytest.raises(ApiError, match="of type number; Textrail writes string") as caught:
        a_provider(crm).prepare_contact_properties()
    assert caught.value.category is ErrorCategory.CONFIGURATION


def test_a_property_that_somebody_else_just_made_is_compared(crm: Sandbox) -> None:
    a_provider(crm).prepare_contact_properties()
    crm.misbehave(path="/properties/2026-09/contacts", skip=0, times=0)
    made = crm.store.properties["contacts"]
    made["sms_utm_term"]["type"] = "number"

    class Late(dict[str, Any]):
        """Says nothing of the property when listed, as before somebody made it."""

        def values(self) -> Any:
            return [v for k, v in self.items() if k != "sms_utm_term"]

    crm.store.properties["contacts"] = Late(made)
    with pytest.raises(ApiError, match="sms_utm_term of type number"):
        a_provider(crm).prepare_contact_properties()


def written(crm: Sandbox, key: str) -> dict[str, str]:
    values = crm.store.content()["contacts"][key]
    return {name: value for name, value in values.items() if name.startswith("sms_")}


def test_values_are_written_in_one_batch(crm: Sandbox) -> None:
    seed_contact(crm, "21")
    seed_contact(crm, "22")
    provider = a_provider(crm)
    provider.prepare_contact_properties()
    crm.behaviour.requests.clear()
    verdicts = provider.write_contact_properties(
        {"21": {"sms_utm_source": "sms"}, "22": {"sms_utm_source": "google"}}
    )
    assert verdicts == {"21": None, "22": None}
    assert [written(crm, key) for key in ("21", "22")] == [
        {"sms_utm_source": "sms"}, {"sms_utm_source": "google"},
    ]  # fmt: skip
    assert len(crm.behaviour.requests) == 1


def test_a_contact_that_is_gone_is_refused_and_the_rest_written(crm: Sandbox) -> None:
    seed_contact(crm, "21")
    provider = a_provider(crm)
    provider.prepare_contact_properties()
    verdicts = provider.write_contact_properties(
        {"404": {"sms_utm_source": "sms"}, "21": {"sms_utm_source": "sms"}}
    )
    assert verdicts["21"] is None
    assert "deleted or not exist" in str(verdicts["404"])


def test_one_bad_value_does_not_stop_its_batch(crm: Sandbox) -> None:
    seed_contact(crm, "21")
    seed_contact(crm, "22")
    provider = a_provider(crm)
    provider.prepare_contact_properties()
    verdicts = provider.write_contact_properties(
        {"21": {"sms_first_touch_at": "yesterday"}, "22": {"sms_utm_source": "sms"}}
    )
    assert verdicts["22"] is None
    assert "not a valid datetime" in str(verdicts["21"])
    assert written(crm, "22") == {"sms_utm_source": "sms"}


def test_a_merged_contact_is_written_under_its_new_id(crm: Sandbox) -> None:
    seed_contact(crm, "21")
    seed_contact(crm, "22")
    winner = crm.store.merge("contacts", "21", "22").id
    provider = a_provider(crm)
    provider.prepare_contact_properties()
    assert provider.write_contact_properties({"21": {"sms_utm_source": "sms"}}) == {"21": None}
    assert written(crm, winner) == {"sms_utm_source": "sms"}


@pytest.mark.parametrize("status", [401, 500])
def test_trouble_with_the_account_is_no_verdict_on_a_contact(crm: Sandbox, status: int) -> None:
    seed_contact(crm, "21")
    crm.misbehave(path="/batch/update", status=status, times=100)
    with pytest.raises(ApiError):
        a_provider(crm).write_contact_properties({"21": {"sms_utm_source": "sms"}})
