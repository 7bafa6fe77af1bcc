"""Earlier touches follow the rules in force, and credit follows them."""

import pytest

from tests.attribution.builders import a_deal, a_tap, settle, sums
from tests.tracking.builders import NOW, api_client, make_identity, make_touch, make_user
from tracking.models import ChannelRule, PendingChange, Touchpoint
from tracking.reclassifying import reclassify

pytestmark = pytest.mark.django_db


def a_rule() -> ChannelRule:
    return ChannelRule.objects.create(
        position=1,
        name="Partners",
        channel=make_touch(
            channel="affiliates", utm_source="affiliate", utm_medium="affiliate"
        ).channel,
        conditions=[{"field": "source", "operator": "in", "values": ["partner"]}],
    )


def channels() -> list[str]:
    partners = Touchpoint.objects.filter(utm_source="partner").order_by("pk")
    return list(partners.values_list("channel__slug", flat=True))


def test_touches_get_the_channel_todays_rules_name_and_are_noted() -> None:
    ann = make_identity()
    make_touch(channel="unassigned", utm_source="partner", utm_medium="x", identity=ann)
    make_touch(channel="unassigned", utm_source="partner", utm_medium="x")
    rule = a_rule()

    assert reclassify(now=NOW) == 2

    assert channels() == ["affiliates", "affiliates"]
    touch = Touchpoint.objects.filter(identity=ann).get()
    assert touch.channel_rule == rule
    note = PendingChange.objects.get()
    assert (note.subject_id, note.cause) == (ann.person_id, "channel_rules")


def test_again_it_changes_nothing() -> None:
    make_touch(channel="unassigned", utm_source="partner", utm_medium="x")
    a_rule()
    reclassify(now=NOW)

    assert reclassify(now=NOW) == 0


def test_credit_moves_with_the_touch() -> None:
    ann = make_identity()
    a_tap(ann, days=10, channel="unassigned", utm_source="partner", utm_medium="x")
    a_deal(amount_minor=100_00, won=1, people=(ann,))
    settle()
    a_rule()

    reclassify(now=NOW)
    settle()

    assert {name: minor for name, minor in sums().items() if minor} == {"affiliates": 100_00}


def test_the_api_applies_for_whoever_may_write() -> None:
    make_touch(channel="unassigned", utm_source="partner", utm_medium="x")
    a_rule()
    address = "/api/v1/channel-rules/apply"

    assert api_client("read").post(address).status_code == 403
    assert api_client("write").post(address).json() == {"moved": 1}


def test_the_page_shows_the_moves_and_a_press_makes_them(client) -> None:
    make_touch(channel="unassigned", utm_source="partner", utm_medium="x")
    a_rule()
    client.force_login(make_user("tracking.view_channelrule", "tracking.change_channelrule"))
    address = "/admin/tracking/channelrule/apply/"

    assert "unassigned → affiliates" in client.get(address).content.decode()
    client.post(address)

    assert channels() == ["affiliates"]
    assert "Nothing: all" in client.get(address).content.decode()


def test_who_may_only_look_moves_nothing(client) -> None:
    client.force_login(make_user("tracking.view_channelrule"))
    assert client.post("/admin/tracking/channelrule/apply/").status_code == 403
