"""How a channel's sends go out, also where nobody wrote a policy."""

from typing import Any

import pytest

from campaigns.models import SendingPolicy
from campaigns.sending_policy import policies_of, policy_of
from tests.campaigns.builders import a_channel

pytestmark = pytest.mark.django_db


def test_a_channel_has_the_policy_written_for_it() -> None:
    SendingPolicy.objects.update_or_create(channel=a_channel(), defaults={"collision_days": 9})

    assert policy_of(a_channel()).collision_days == 9


def test_a_channel_without_one_has_defaults_that_are_not_stored() -> None:
    email = a_channel("email")
    SendingPolicy.objects.filter(channel=email).delete()

    policy = policy_of(email)

    assert (policy.channel, policy.collision_days) == (email, 3)
    assert not SendingPolicy.objects.filter(channel=email).exists()


def test_many_channels_policies_cost_one_query(django_assert_num_queries: Any) -> None:
    SendingPolicy.objects.update_or_create(channel=a_channel(), defaults={"collision_days": 9})
    SendingPolicy.objects.filter(channel=a_channel("email")).delete()
    sms, email = a_channel().pk, a_channel("email").pk

    with django_assert_num_queries(1):
        policies = policies_of({sms, email})

    assert {pk: policy.collision_days for pk, policy in policies.items()} == {sms: 9, email: 3}
