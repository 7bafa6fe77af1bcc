"""The four groups of people, and what each may do."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

APPS = ("campaigns", "links", "tracking", "crm_sync", "attribution")
ALL = ("view", "add", "change", "delete")
REPORTS = [
    "sendperformance",
    "dealjourney",
    "creditrule",
    "outcome",
    "creditbatch",
    "creditentry",
    "credittotal",
    "finding",
    "period",
    "rebuild",
    "savedview",
    "reportschedule",
    "reportdelivery",
]
PERSONAL = "view_personal_data"

GROUPS = {
    "Campaign managers": [
        ("campaigns", ALL, ["campaign", "send", "message", "spend"]),
        (
            "campaigns",
            ("view",),
            [
                "channel",
                "namingconvention",
                "conventiontoken",
                "exchangerate",
                "sendingpolicy",
                "sendapproval",
                "proposedtext",
                "acknowledgedwarning",
            ],
        ),
        ("campaigns", ("approve",), ["send"]),
        ("campaigns", ("view", "add"), ["suppression"]),
        ("links", ALL, ["link", "recipientlink"]),
        ("links", ("view", "add"), ["linkcheck"]),
        ("links", ALL, ["audienceupload", "heldoutrecipient", "campaigndomain"]),
        ("links", ("view",), ["linkalert", "domaincheck", "webhookendpoint", "webhookdelivery"]),
        ("links", ("view",), ["domain"]),
        ("tracking", ("view",), ["person", "click", "clicktotal", "touchpoint", "event", "goal"]),
        ("tracking", ("view",), ["tapbreakdown", "orphantotal"]),
        (
            "crm_sync",
            ("view",),
            ["company", "contact", "deal", "dealcontact", "dealchange", "dealrefund"],
        ),
        ("attribution", ("view",), REPORTS),
        ("attribution", ("change",), ["finding"]),
    ],
    "Analysts": [
        *((app, ("view",), None) for app in APPS),
        ("attribution", ("add", "change"), ["creditrule", "period"]),
        ("attribution", ("export",), ["evidence"]),
        ("attribution", ("add",), ["rebuild"]),
        ("attribution", ("change",), ["finding"]),
    ],
    "Operations": [
        ("crm_sync", ("view",), None),
        ("crm_sync", ALL, ["connection", "dealrefund"]),
        ("crm_sync", ("change",), ["syncproblem", "stage", "pipeline", "writeback"]),
        ("crm_sync", ("add",), ["syncrun"]),
        ("campaigns", ALL, ["apikey", "channel", "sendingpolicy"]),
        ("campaigns", ALL, ["namingconvention", "conventiontoken"]),
        ("campaigns", ("view",), ["campaign", "send", "message"]),
        ("tracking", ALL, ["source", "channelrule", "goal", "trafficexclusion"]),
        ("tracking", ("view",), ["click", "clicktotal", "touchpoint", "event", "journalcursor"]),
        ("tracking", ("view",), ["tapbreakdown", "orphantotal"]),
        ("tracking", ("view",), ["person", "identity"]),
        ("tracking", ("view", "change"), ["identityedge"]),
        ("tracking", ("add",), ["event"]),
        ("links", ALL, ["domain", "webhookendpoint"]),
        ("links", ("view",), ["domaincheck", "linkalert", "webhookdelivery"]),
        ("links", ("view",), ["link", "linkcheck"]),
        ("attribution", ("view", "change"), ["finding"]),
    ],
    "Viewers": [
        ("attribution", ("view",), REPORTS),
        ("campaigns", ("view",), ["campaign", "send", "message", "channel", "spend"]),
    ],
}
SEE_PERSONAL_DATA = ("Campaign managers", "Analysts")


def make_groups(apps, schema_editor):
    # Permissions are made after all migrations; groups need them now
    for label in APPS:
        create_permissions(installed.get_app_config(label), apps=installed, verbosity=0)
    Group = apps.get_model("auth", "Group")
    for name, grants in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for app, actions, models in grants:
            group.permissions.add(*permissions_of(apps, app, actions, models))
        if name in SEE_PERSONAL_DATA:
            group.permissions.add(*permissions_named(apps, "campaigns", [PERSONAL]))


def permissions_of(apps, app, actions, models):
    """Return the permissions for some actions on some models of an app, or on all."""
    if models is None:
        Permission = apps.get_model("auth", "Permission")
        found = Permission.objects.filter(content_type__app_label=app)
        return [p for p in found if p.codename.split("_")[0] in actions and p.codename != PERSONAL]
    return permissions_named(
        apps, app, [f"{action}_{model}" for action in actions for model in models]
    )


def permissions_named(apps, app, codenames):
    Permission = apps.get_model("auth", "Permission")
    return Permission.objects.filter(content_type__app_label=app, codename__in=codenames)


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0003_append_only"),
        ("campaigns", "0001_initial"),
        ("links", "0001_initial"),
        ("tracking", "0001_initial"),
        ("crm_sync", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
