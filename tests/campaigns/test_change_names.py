"""What related objects are called, also where they are gone."""

from typing import Any
from uuid import UUID

import pytest

from campaigns.change_names import Names
from campaigns.models import Campaign, Channel, NamingConvention, Send
from tests.campaigns.builders import a_campaign, a_channel, a_convention, a_send

pytestmark = pytest.mark.django_db


def test_objects_have_their_present_names() -> None:
    convention, channel = a_convention(), a_channel()

    names = Names([(NamingConvention, convention.pk), (Channel, channel.pk)])

    assert names(NamingConvention, convention.pk) == str(convention)
    assert names(Channel, channel.pk) == "SMS"
    assert names.is_there(Channel, channel.pk)


def test_an_object_that_is_gone_has_its_last_name() -> None:
    campaign = a_campaign("Old name")
    campaign.name = "Last name"
    campaign.save()
    pk = campaign.pk
    campaign.delete()

    names = Names([(Campaign, pk)])

    assert names(Campaign, pk) == "Last name"
    assert not names.is_there(Campaign, pk)


def test_a_convention_that_is_gone_is_called_after_its_channel() -> None:
    draft = NamingConvention.objects.create(
        channel=a_channel(), version=9, sources=["sms"], mediums=["text"]
    )
    pk = draft.pk
    draft.delete()

    names = Names([(NamingConvention, pk), (Channel, a_channel().pk)])

    assert names(NamingConvention, pk) == "SMS convention, version 9"


def test_an_object_nobody_wrote_down_is_a_deleted_one() -> None:
    unknown = UUID(int=1)

    assert Names([(Channel, unknown)])(Channel, unknown) == "a deleted channel"
    assert Names([])(Channel, None) == ""


def test_many_cost_one_query_per_model(django_assert_num_queries: Any) -> None:
    sends = [a_send(f"trial-{index}-june") for index in range(5)]
    wanted = [(Send, send.pk) for send in sends] + [(Campaign, sends[0].campaign_id)]

    with django_assert_num_queries(2):
        names = Names(wanted)

    assert names(Send, sends[3].pk) == sends[3].name
