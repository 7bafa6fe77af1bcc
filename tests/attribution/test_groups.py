"""The four groups may what the contract says."""

import pytest
from django.contrib.auth.models import Group

pytestmark = pytest.mark.django_db


def permissions(name: str) -> set[str]:
    found = Group.objects.get(name=name).permissions.values_list(
        "content_type__app_label", "codename"
    )
    return {f"{app}.{codename}" for app, codename in found}


def test_campaign_managers_plan_and_see_personal_data() -> None:
    assert {
        "campaigns.add_send", "campaigns.change_campaign", "links.add_recipientlink",
        "campaigns.view_personal_data", "attribution.view_sendperformance",
    } <= permissions("Campaign managers")  # fmt: skip
    assert not {"campaigns.add_apikey", "crm_sync.change_connection"} & permissions(
        "Campaign managers"
    )


def test_analysts_read_all_and_keep_the_rules() -> None:
    found = permissions("Analysts")

    assert {"attribution.add_creditrule", "tracking.view_person", "crm_sync.view_deal"} <= found
    assert not {name for name in found if ".delete_" in name}
    assert not {"campaigns.add_send", "campaigns.change_send"} & found


def test_operations_keep_connections_keys_sources_and_channel_rules() -> None:
    assert {
        "crm_sync.add_connection", "campaigns.add_apikey", "tracking.change_source",
        "tracking.change_channelrule",
    } <= permissions("Operations")  # fmt: skip


@pytest.mark.parametrize("name", ["Viewers", "Operations"])
def test_some_see_no_personal_data(name: str) -> None:
    assert "campaigns.view_personal_data" not in permissions(name)


def test_viewers_only_view() -> None:
    assert {codename.split(".")[1].split("_")[0] for codename in permissions("Viewers")} == {"view"}
    assert "attribution.view_sendperformance" in permissions("Viewers")
    assert "crm_sync.view_contact" not in permissions("Viewers")
