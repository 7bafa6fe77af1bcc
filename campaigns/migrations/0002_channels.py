"""The channels that touches, spend and credit are compared under, and the SMS convention."""

from django.db import migrations
from django.utils import timezone

# slug, name, is_paid, colour: neighbours in a chart differ in hue and in lightness
CHANNELS = [
    ("sms", "SMS", False, "#0f766e"),
    ("direct", "Direct", False, "#94a3b8"),
    ("email", "Email", False, "#f59e0b"),
    ("paid-search", "Paid Search", True, "#2563eb"),
    ("paid-social", "Paid Social", True, "#db2777"),
    ("paid-shopping", "Paid Shopping", True, "#65a30d"),
    ("paid-video", "Paid Video", True, "#dc2626"),
    ("paid-other", "Paid Other", True, "#7c3aed"),
    ("display", "Display", True, "#ea580c"),
    ("cross-network", "Cross-network", True, "#0891b2"),
    ("organic-search", "Organic Search", False, "#16a34a"),
    ("organic-social", "Organic Social", False, "#f472b6"),
    ("organic-shopping", "Organic Shopping", False, "#a3e635"),
    ("organic-video", "Organic Video", False, "#f87171"),
    ("affiliates", "Affiliates", True, "#92400e"),
    ("referral", "Referral", False, "#38bdf8"),
    ("audio", "Audio", True, "#c084fc"),
    ("mobile-push", "Mobile Push", False, "#4338ca"),
    ("ai-assistants", "AI Assistants", False, "#14b8a6"),
    ("messaging", "Messaging", False, "#a16207"),
    ("unassigned", "Unassigned", False, "#475569"),
]
# Words that GA4's own channel rules read in a campaign name before they look at the source.
RESERVED_WORDS = [
    "shop", "shops", "shopper", "shoppers", "shopping", "video", "videos", "copy", "untitled",
]


def add_channels(apps, schema_editor):
    Channel = apps.get_model("campaigns", "Channel")
    for number, (slug, name, is_paid, color) in enumerate(CHANNELS, start=1):
        Channel.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name, "is_paid": is_paid, "color": color, "position": number * 10,
            },
        )


def add_sms_convention(apps, schema_editor):
    Channel = apps.get_model("campaigns", "Channel")
    NamingConvention = apps.get_model("campaigns", "NamingConvention")
    ConventionToken = apps.get_model("campaigns", "ConventionToken")
    sms = Channel.objects.get(slug="sms")
    if NamingConvention.objects.filter(channel=sms).exists():
        return
    convention = NamingConvention.objects.create(
        channel=sms,
        version=1,
        status="published",
        sources=["sms"],
        mediums=["text"],
        reserved_words=RESERVED_WORDS,
        published_at=timezone.now(),
    )
    ConventionToken.objects.create(
        convention=convention, position=1, name="topic", kind="slug",
        is_required=True, example="trial-reengagement",
    )
    ConventionToken.objects.create(
        convention=convention, position=2, name="period", kind="period",
        is_required=False, example="june",
    )


def add_sms_policy(apps, schema_editor):
    sms = apps.get_model("campaigns", "Channel").objects.get(slug="sms")
    apps.get_model("campaigns", "SendingPolicy").objects.get_or_create(channel=sms)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]
    operations = [
        migrations.RunPython(add_channels, migrations.RunPython.noop),
        migrations.RunPython(add_sms_convention, migrations.RunPython.noop),
        migrations.RunPython(add_sms_policy, migrations.RunPython.noop),
    ]
