"""The rules a new installation divides credit by."""

from django.db import migrations

# slug, name, parameters; the kind is the slug
RULES = [
    ("linear", "Linear", {}),
    ("first", "First touch", {}),
    ("last", "Last touch", {}),
    ("last_non_direct", "Last non-direct touch", {}),
    ("time_decay", "Time decay", {"half_life_days": 30}),
    ("position", "Position-based", {}),
]


def seed(apps, schema_editor):
    CreditRule = apps.get_model("attribution", "CreditRule")
    for position, (slug, name, parameters) in enumerate(RULES, start=1):
        CreditRule.objects.get_or_create(
            slug=slug,
            version=1,
            defaults={
                "name": name,
                "kind": slug,
                "parameters": parameters,
                "lookback_days": 90,
                "contact_mode": "roles_else_company",
                "is_default": slug == "linear",
                "position": position * 10,
            },
        )


def unseed(apps, schema_editor):
    """Remove the seeded rules that nothing was posted under."""
    rules = apps.get_model("attribution", "CreditRule").objects
    rules.filter(slug__in=[slug for slug, *_ in RULES], version=1, entries__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("attribution", "0001_initial")]

    operations = [migrations.RunPython(seed, unseed)]
