"""Rows are called what people call them."""

import pytest

from attribution.reports.row_names import names_of
from campaigns.models import Channel, Message
from tests.links.builders import make_domain, make_link
from tests.tracking.builders import make_send

pytestmark = pytest.mark.django_db


def test_each_dimension_has_its_names() -> None:
    send = make_send(utm_campaign="trial-june")
    message = Message.objects.create(send=send, body="Hello there", utm_content="")
    link = make_link(make_domain(), send=send)
    sms = Channel.objects.get(slug="sms")
    assert names_of("send", [send.pk])[send.pk].part_of == send.campaign.name
    assert names_of("channel", [sms.pk])[sms.pk].color == sms.color
    assert names_of("campaign", [send.campaign_id])[send.campaign_id].name == send.campaign.name
    assert names_of("message", [message.pk])[message.pk].name == "Hello there"
    assert names_of("link", [link.pk])[link.pk].name == str(link)
    assert names_of("audience", ["Trials"])["Trials"].name == "Trials"


@pytest.mark.parametrize("by", ["send", "channel", "campaign", "message", "link", "audience"])
def test_what_belongs_nowhere_says_so(by: str) -> None:
    assert names_of(by, [None])[None].name == f"No {by}"  # type: ignore[arg-type]
