"""The sandbox's wire format, proven by HubSpot's own SDK as an independent client."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests
from hubspot.crm import contacts, deals, pipelines, properties
from hubspot.crm.associations import v4

from crm_sync.sandbox.server import Sandbox
from tests.crm_sync.sandbox_builders import (
    NOW,
    seed_account,
    seed_company,
    seed_contact,
    seed_deal,
)


def sdk(module: Any, api: str, crm: Sandbox, *, token: str = "") -> Any:
    """Return one of the SDK's APIs, pointed at the sandbox."""
    configuration = module.Configuration(host=crm.base_url)
    configuration.access_token = token or crm.token
    return getattr(module, api)(module.ApiClient(configuration))


def call(crm: Sandbox, method: str, path: str, **options: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {crm.token}"}
    return requests.request(method, f"{crm.base_url}{path}", headers=headers, timeout=60, **options)


@contextmanager
def refused(status: int, module: Any = deals) -> Iterator[Any]:
    with pytest.raises(module.ApiException) as caught:
        yield caught
    assert caught.value.status == status


def test_the_sdk_walks_a_list_to_its_end(crm: Sandbox) -> None:
    for key in range(31, 36):
        seed_deal(crm, str(key))
    api = sdk(deals, "BasicApi", crm)
    found, after = [], None
    while True:
        page = api.get_page(limit=2, properties=["amount"], **({"after": after} if after else {}))
        found += [deal.id for deal in page.results]
        if page.paging is None:
            break
        after = page.paging.next.after
    assert found == ["31", "32", "33", "34", "35"]


def test_the_sdk_reads_properties_and_their_history(crm: Sandbox) -> None:
    seed_deal(crm, amount="10")
    seed_deal(crm, amount="20", at="2026-06-01T00:00:00Z")
    deal = sdk(deals, "BasicApi", crm).get_by_id(
        "31", properties=["amount", "closedate"], properties_with_history=["amount"]
    )
    assert (deal.properties["amount"], deal.properties["closedate"]) == ("20", None)
    assert [version.value for version in deal.properties_with_history["amount"]] == ["20", "10"]


def test_the_sdk_creates_changes_and_archives(crm: Sandbox) -> None:
    api = sdk(contacts, "BasicApi", crm)
    made = api.create(contacts.SimplePublicObjectInputForCreate(properties={"firstname": "Ann"}))
    api.update(made.id, contacts.SimplePublicObjectInput(properties={"lastname": "Lee"}))
    read = api.get_by_id(made.id)
    assert (read.properties["firstname"], read.properties["lastname"]) == ("Ann", "Lee")
    api.archive(made.id)
    assert [contact.id for contact in api.get_page(archived=True).results] == [made.id]
    with refused(404, contacts):
        api.get_by_id(made.id)


def test_the_sdk_searches(crm: Sandbox) -> None:
    for key, amount in (("31", "50"), ("32", "9"), ("33", "100")):
        seed_deal(crm, key, amount=amount)
    request = deals.PublicObjectSearchRequest(
        filter_groups=[
            {"filters": [{"propertyName": "amount", "operator": "GTE", "value": "50"}]},
            {"filters": [{"propertyName": "dealname", "operator": "EQ", "value": "Deal 32"}]},
        ],
        sorts=["-amount"],
        properties=["amount"],
        limit=2,
        after="0",
    )
    page = sdk(deals, "SearchApi", crm).do_search(request)
    assert page.total == 3
    assert [deal.properties["amount"] for deal in page.results] == ["100", "50"]
    assert page.paging.next.after == "2"


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("EQ", "100.00", ["31"]),
        ("NEQ", "100.00", ["32", "33"]),
        ("LT", "100", ["32"]),
        ("LTE", "100", ["31", "32"]),
        ("GT", "9", ["31"]),
        ("HAS_PROPERTY", None, ["31", "32"]),
        ("NOT_HAS_PROPERTY", None, ["33"]),
    ],
)
def test_search_knows_the_operators(
    crm: Sandbox, operator: str, value: str | None, found: list[str]
) -> None:
    for key, amount in (("31", "100.00"), ("32", "9"), ("33", None)):
        seed_deal(crm, key, amount=amount)
    condition = {"propertyName": "amount", "operator": operator, "value": value}
    body = {"filterGroups": [{"filters": [condition]}]}
    answer = call(crm, "POST", "/crm/v3/objects/deals/search", json=body).json()
    assert [deal["id"] for deal in answer["results"]] == found


def test_search_ends_at_ten_thousand(crm: Sandbox) -> None:
    request = deals.PublicObjectSearchRequest(limit=200, after="9900")
    with refused(400) as caught:
        sdk(deals, "SearchApi", crm).do_search(request)
    assert "cannot exceed 10000" in json.loads(caught.value.body)["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"filterGroups": [{"filters": []}] * 7},
        {"filterGroups": [{"filters": [{"propertyName": "no", "operator": "EQ", "value": "1"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "amount", "operator": "IS"}]}]},
        {"filterGroups": [{"filters": [{}]}]},
    ],
)
def test_search_refuses_what_it_cannot_do(crm: Sandbox, body: dict[str, Any]) -> None:
    seed_deal(crm)
    answer = call(crm, "POST", "/crm/v3/objects/deals/search", json=body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_the_index_lags_when_told_to(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    seed_deal(crm, "31")
    crm.set_clock(NOW + timedelta(seconds=50))
    seed_deal(crm, "32")
    crm.set_clock(NOW + timedelta(seconds=60))
    crm.behaviour.index_lag_seconds = 30
    api = sdk(deals, "SearchApi", crm)
    request = deals.PublicObjectSearchRequest()
    assert [deal.id for deal in api.do_search(request).results] == ["31"]
    assert [d.id for d in sdk(deals, "BasicApi", crm).get_page().results] == ["31", "32"]


def test_the_sdk_reads_a_batch_and_hears_what_is_missing(crm: Sandbox) -> None:
    seed_deal(crm)
    body = deals.BatchReadInputSimplePublicObjectId(
        inputs=[{"id": "31"}, {"id": "404"}],
        properties=["amount"],
        properties_with_history=[],
    )
    answer = sdk(deals, "BatchApi", crm).read(body)
    assert [deal.id for deal in answer.results] == ["31"]
    assert answer.num_errors == 1
    assert answer.errors[0].context == {"ids": ["404"]}


def test_the_sdk_creates_and_changes_in_batches(crm: Sandbox) -> None:
    api = sdk(contacts, "BatchApi", crm)
    made = api.create(
        contacts.BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[{"properties": {"email": "a@acme.example"}, "associations": []}]
        )
    )
    api.update(
        contacts.BatchInputSimplePublicObjectBatchInput(
            inputs=[{"id": made.results[0].id, "properties": {"firstname": "Ann"}}]
        )
    )
    answer = api.upsert(
        contacts.BatchInputSimplePublicObjectBatchInputUpsert(
            inputs=[
                {"id": mail, "idProperty": "email", "properties": {"lastname": "Lee"}}
                for mail in ("a@acme.example", "b@acme.example")
            ]
        )
    )
    assert [result.new for result in answer.results] == [False, True]
    assert [
        (values.get("email"), values.get("firstname"), values.get("lastname"))
        for values in crm.store.content()["contacts"].values()
    ] == [("a@acme.example", "Ann", "Lee"), ("b@acme.example", None, "Lee")]


def test_a_batch_has_a_limit(crm: Sandbox) -> None:
    body = {"inputs": [{"id": str(key)} for key in range(101)]}
    assert call(crm, "POST", "/crm/v3/objects/deals/batch/read", json=body).status_code == 400


def test_the_sdk_links_and_reads_links(crm: Sandbox) -> None:
    seed_account(crm)
    seed_contact(crm, "22")
    api = sdk(v4, "BatchApi", crm)
    api.create_default(
        "deals", "contacts",
        v4.BatchInputPublicDefaultAssociationMultiPost(
            inputs=[v4.PublicDefaultAssociationMultiPost(_from={"id": "31"}, to={"id": "22"})]
        ),
    )  # fmt: skip
    answer = api.get_page(
        "deals", "contacts", v4.BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": "31"}])
    )
    assert [target.to_object_id for target in answer.results[0].to] == ["21", "22"]
    company = api.get_page(
        "deals", "companies",
        v4.BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": "31"}]),
    )  # fmt: skip
    labels = {kind.label for kind in company.results[0].to[0].association_types}
    assert labels == {None, "Primary"}


def test_the_sdk_takes_a_link_away(crm: Sandbox) -> None:
    seed_account(crm)
    sdk(v4, "BatchApi", crm).archive(
        "deals", "contacts",
        v4.BatchInputPublicAssociationMultiArchive(
            inputs=[v4.PublicAssociationMultiArchive(_from={"id": "31"}, to=[{"id": "21"}])]
        ),
    )  # fmt: skip
    assert crm.store.linked("deals", "31", "contacts") == {}


def test_the_sdk_reads_pipelines(crm: Sandbox) -> None:
    (pipeline,) = sdk(pipelines, "PipelinesApi", crm).get_all("deals").results
    won = next(stage for stage in pipeline.stages if stage.id == "closedwon")
    assert won.metadata == {"probability": "1.0", "isClosed": "true"}


def test_the_sdk_makes_a_property_once(crm: Sandbox) -> None:
    group = properties.PropertyGroupCreate(name="sms", label="SMS", display_order=1)
    sdk(properties, "GroupsApi", crm).create("contacts", group)
    wanted = properties.PropertyCreate(
        name="sms_note", label="Note", type="string", field_type="text", group_name="sms"
    )
    api = sdk(properties, "CoreApi", crm)
    api.create("contacts", wanted)
    assert api.get_by_name("contacts", "sms_note").group_name == "sms"
    with refused(409, properties):
        api.create("contacts", wanted)


def test_a_property_needs_its_group(crm: Sandbox) -> None:
    body = {"name": "x", "label": "X", "type": "string", "fieldType": "text", "groupName": "no"}
    assert call(crm, "POST", "/crm/v3/properties/contacts", json=body).status_code == 400


def test_the_sdk_merges(crm: Sandbox) -> None:
    seed_deal(crm, "31")
    seed_deal(crm, "32", amount="70")
    api = sdk(deals, "BasicApi", crm)
    merged = api.merge(deals.PublicMergeInput(primary_object_id="31", object_id_to_merge="32"))
    read = api.get_by_id("32", properties=["hs_merged_object_ids", "dealname"])
    assert (read.id, read.properties["dealname"]) == (merged.id, "Deal 31")
    assert read.properties["hs_merged_object_ids"] == "31;32"


def test_a_merge_carries_the_links_over(crm: Sandbox) -> None:
    seed_account(crm)
    seed_contact(crm, "22")
    winner = crm.store.merge("contacts", "22", "21").id
    assert crm.store.linked("deals", "31", "contacts") == {winner: ""}


@pytest.mark.parametrize("kind", ["deals", "deal", "0-3"])
@pytest.mark.parametrize(
    "path", ["/crm/objects/2026-09/{}", "/crm/objects/2026-03/{}", "/crm/v3/objects/{}"]
)
def test_names_type_ids_and_versions_are_alike(crm: Sandbox, kind: str, path: str) -> None:
    seed_deal(crm)
    answer = call(crm, "GET", path.format(kind)).json()
    assert [deal["id"] for deal in answer["results"]] == ["31"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/crm/v3/objects/unicorns", 400),
        ("GET", "/crm/v3/objects/deals?limit=101", 400),
        ("GET", "/crm/v3/objects/deals?limit=51&propertiesWithHistory=amount", 400),
        ("GET", "/crm/v3/objects/deals?after=nonsense", 400),
        ("GET", "/crm/objects/1999-01/deals", 404),
        ("GET", "/crm/v3/unicorns/deals", 404),
        ("DELETE", "/crm/v3/objects/deals", 404),
        ("POST", "/crm/v3/objects/deals/batch/forget", 400),
        ("GET", "/elsewhere", 404),
    ],
)
def test_what_hubspot_has_not_is_refused(crm: Sandbox, method: str, path: str, status: int) -> None:
    answer = call(crm, method, path)
    assert (answer.status_code, answer.json()["status"]) == (status, "error")


def test_a_wrong_token_is_refused(crm: Sandbox) -> None:
    with refused(401):
        sdk(deals, "BasicApi", crm, token="wrong").get_page()


def test_a_taken_address_is_refused(crm: Sandbox) -> None:
    seed_contact(crm, "21")
    body = contacts.SimplePublicObjectInputForCreate(properties={"email": "person21@acme.example"})
    with refused(409, contacts) as caught:
        sdk(contacts, "BasicApi", crm).create(body)
    assert "Existing ID: 21" in caught.value.body


@pytest.mark.parametrize(
    "values", [{"unheard_of": "1"}, {"amount": "a lot"}, {"closedate": "tomorrow"}]
)
def test_a_bad_value_is_refused(crm: Sandbox, values: dict[str, str]) -> None:
    seed_deal(crm)
    with refused(400):
        sdk(deals, "BasicApi", crm).update("31", deals.SimplePublicObjectInput(properties=values))


def test_broken_json_is_refused(crm: Sandbox) -> None:
    assert call(crm, "POST", "/crm/v3/objects/deals", data="{").status_code == 400


def control(crm: Sandbox, action: str, body: dict[str, Any]) -> requests.Response:
    return requests.post(f"{crm.base_url}/sandbox/{action}", json=body, timeout=60)


def test_the_control_desk_seeds_and_shows(crm: Sandbox) -> None:
    record = {"kind": "companies", "id": "11", "properties": {"name": "Acme"}}
    assert control(crm, "seed", {"records": [record]}).json() == {"ids": ["11"]}
    assert control(crm, "state", {}).json()["companies"]["11"]["name"] == "Acme"


def test_seeding_again_changes_the_record(crm: Sandbox) -> None:
    seed_company(crm, name="Acme")
    seed_company(crm, name="Acme Inc")
    assert crm.store.content()["companies"]["11"]["name"] == "Acme Inc"


def test_the_control_desk_makes_and_ends_trouble(crm: Sandbox) -> None:
    control(crm, "faults", {"status": 500, "times": 100})
    assert call(crm, "GET", "/crm/v3/objects/deals").status_code == 500
    control(crm, "behave", {})
    assert call(crm, "GET", "/crm/v3/objects/deals").status_code == 200


def test_the_control_desk_stops_the_clock_and_slows_the_index(crm: Sandbox) -> None:
    control(crm, "clock", {"at": NOW.isoformat()})
    control(crm, "index-lag", {"seconds": 60})
    seed_deal(crm)
    answer = call(crm, "GET", "/crm/v3/objects/deals").json()["results"]
    assert [deal["updatedAt"] for deal in answer] == ["2026-06-15T12:00:00.000Z"]
    assert call(crm, "POST", "/crm/v3/objects/deals/search", json={}).json()["total"] == 0


def test_the_control_desk_knows_no_other_action(crm: Sandbox) -> None:
    assert control(crm, "explode", {}).status_code == 404


def test_the_command_serves_until_it_is_stopped() -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "crm_sandbox", "--port", "0", "--token", "t"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    base_url = process.stdout.readline().split()[3].rstrip(",")
    headers = {"Authorization": "Bearer t"}
    answer = requests.get(f"{base_url}/crm/v3/objects/deals", headers=headers, timeout=60)
    process.terminate()
    output, _ = process.communicate(timeout=60)
    assert (answer.status_code, process.returncode, output.strip()) == (200, 0, "Stopped.")
