"""The channel rules and goals an installation starts with."""

from typing import Any

from django.db import migrations

from tracking.default_channel_rules import DEFAULT_RULES

STEP = 10
GOALS = [
    ("Form submitted", "form-submitted"),
    ("Demo booked", "demo-booked"),
    ("Trial started", "trial-started"),
]


def seed(apps: Any, schema_editor: Any) -> None:
    """Write the shipped rules, ten apart so that others fit between, and three goals."""
    channels = dict(apps.get_model("campaigns", "Channel").objects.values_list("slug", "pk"))
    rule_model = apps.get_model("tracking", "ChannelRule")
    rule_model.objects.bulk_create(
        rule_model(
            position=number * STEP,
            name=name,
            channel_id=channels[slug],
            conditions=conditions,
            is_shipped=True,
        )
        for number, (name, slug, conditions) in enumerate(DEFAULT_RULES, start=1)
    )
    goal_model = apps.get_model("tracking", "Goal")
    goal_model.objects.bulk_create(
        goal_model(name=name, event_name=event_name) for name, event_name in GOALS
    )


def unseed(apps: Any, schema_editor: Any) -> None:
    """Take the shipped rows away."""
    apps.get_model("tracking", "ChannelRule").objects.filter(is_shipped=True).delete()
    names = [event_name for _, event_name in GOALS]
    apps.get_model("tracking", "Goal").objects.filter(event_name__in=names).delete()


class Migration(migrations.Migration):
    """Seeds."""

    dependencies = [("tracking", "0001_initial"), ("campaigns", "0002_channels")]
    operations = [migrations.RunPython(seed, unseed)]
