"""What the naming conventions say of a link that belongs to no send."""

import pytest

from campaigns.models import Channel, NamingConvention
from links.utm_warnings import utm_judge
from tests.links.builders import NOW

pytestmark = pytest.mark.django_db
SMS = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "demo-invite-q2"}


def publish(slug: str, source: str, medium: str) -> None:
    channel, _ = Channel.objects.get_or_create(slug=slug, defaults={"name": slug})
    NamingConvention.objects.filter(channel=channel).delete()
    NamingConvention.objects.create(
        channel=channel, status="published", sources=[source], mediums=[medium]
    )


@pytest.fixture(autouse=True)
def _only_these() -> None:
    NamingConvention.objects.all().delete()


def fields(**utm: str) -> list[str]:
    return [violation.field for violation in utm_judge(now=NOW)(utm)]


def test_values_that_keep_to_one_channels_convention_are_right() -> None:
    publish("sms", "sms", "text")
    publish("email", "newsletter", "email")
    assert fields(**SMS) == []
    assert fields(utm_source="newsletter", utm_medium="email", utm_campaign="june-news") == []


def test_the_nearest_convention_says_what_is_wrong() -> None:
    publish("sms", "sms", "text")
    publish("email", "newsletter", "email")
    assert fields(**{**SMS, "utm_source": "SMS"}) == ["utm_source"]


def test_a_link_without_values_lacks_them_as_a_whole() -> None:
    publish("sms", "sms", "text")
    (found,) = utm_judge(now=NOW)({"utm_source": ""})
    assert found.rule == "untagged"


def test_where_nothing_is_published_nothing_is_wrong() -> None:
    assert fields() == []


def test_many_links_are_judged_by_one_look_at_the_conventions(django_assert_num_queries) -> None:
    publish("sms", "sms", "text")
    with django_assert_num_queries(2):
        judge = utm_judge(now=NOW)
        assert [judge(SMS) for _ in range(20)] == [()] * 20
