"""Channel rules over REST: read, written, put in order, previewed."""

from typing import Any

import pytest

from tests.tracking.builders import api_client, make_touch
from tracking.channel_rule_order import AtTheEndError, move_rule
from tracking.models import ChannelRule

pytestmark = pytest.mark.django_db
URL = "/api/v1/channel-rules"
PARTNER = [{"field": "source", "operator": "in", "values": ["partner"]}]


def rule(**fields: Any) -> dict[str, Any]:
    return {"name": "Partners", "channel": "affiliates", "conditions": PARTNER, **fields}


def test_rules_are_listed_in_the_order_in_which_they_are_tried() -> None:
    rows = api_client("read").get(URL).json()["results"]
    assert rows[0]["name"] == "SMS, by source"
    assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)


def test_a_rule_reads_as_a_sentence() -> None:
    answer = api_client("write").post(URL, rule(), format="json")
    assert answer.status_code == 201
    assert answer.json()["sentence"] == "utm_source is partner"


def test_a_rule_without_a_position_comes_last() -> None:
    answer = api_client("write").post(URL, rule(), format="json").json()
    assert ChannelRule.objects.order_by("-position")[0].pk.hex == answer["id"].replace("-", "")


def test_a_taken_position_is_refused() -> None:
    answer = api_client("write").post(URL, rule(position=10), format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["position"][0]["code"] == "position-taken"


def test_wrong_conditions_are_refused_with_the_reason() -> None:
    body = rule(conditions=[{"field": "color", "operator": "in", "values": ["x"]}])
    answer = api_client("write").post(URL, body, format="json")
    assert answer.status_code == 400
    field = answer.json()["error"]["fields"]["conditions"][0]
    assert field["code"] == "condition-invalid"
    assert "color" in field["message"]


def test_a_rule_is_changed_and_deleted() -> None:
    client = api_client("write")
    made = client.post(URL, rule(), format="json").json()
    address = f"{URL}/{made['id']}"
    assert client.patch(address, {"is_active": False}, format="json").status_code == 200
    assert client.delete(address).status_code == 204


def test_a_read_key_changes_nothing() -> None:
    assert api_client("read").post(URL, rule(), format="json").status_code == 403


def test_the_preview_says_what_a_new_rule_would_move_and_stores_nothing() -> None:
    make_touch(channel="unassigned", utm_source="partner", utm_medium="coop")
    make_touch(channel="unassigned", utm_source="partner", utm_medium="coop")
    make_touch(channel="email", utm_source="news", utm_medium="email")
    before = ChannelRule.objects.count()
    body = {"rules": [rule(position=1)]}
    answer = api_client("read").post(f"{URL}/preview", body, format="json").json()
    assert (answer["touches"], answer["moved"]) == (3, 2)
    assert answer["moves"] == [
        {
            "from_channel": "unassigned",
            "to_channel": "affiliates",
            "count": 2,
            "example": {"utm_source": "partner", "utm_medium": "coop", "referrer": ""},
        }
    ]
    assert ChannelRule.objects.count() == before


def test_the_preview_of_a_changed_rule_replaces_it() -> None:
    make_touch(channel="sms", utm_source="sms", utm_medium="x")
    first = ChannelRule.objects.earliest("position")
    body = {"rules": [rule(id=str(first.pk), conditions=PARTNER)]}
    answer = api_client("read").post(f"{URL}/preview", body, format="json").json()
    assert answer["moves"][0]["to_channel"] == "unassigned"


def test_the_preview_without_rules_compares_with_those_in_force() -> None:
    make_touch(channel="direct", utm_source="sms")
    answer = api_client("read").post(f"{URL}/preview", {}, format="json").json()
    assert answer["moved"] == 1


def test_a_rule_moves_up_and_down() -> None:
    first, second = ChannelRule.objects.order_by("position")[:2]
    move_rule(rule=second, up=True)
    assert list(ChannelRule.objects.order_by("position")[:2]) == [second, first]
    move_rule(rule=second, up=False)
    assert list(ChannelRule.objects.order_by("position")[:2]) == [first, second]


def test_the_first_rule_cannot_move_up() -> None:
    with pytest.raises(AtTheEndError):
        move_rule(rule=ChannelRule.objects.earliest("position"), up=True)
