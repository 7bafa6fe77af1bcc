"""Every module is tested where one looks for it.

A module `x` of an app is tested by `tests/APP/test_x.py` or `test_x_….py`, one in a package `y`
also by `test_y_x.py`, or by the package's `test_y.py`. A module that only one other imports is
that one's inner part, tested through it. What remains is named below with its test.
"""

import re
from functools import cache

import pytest
from django.conf import settings

APPS = ("campaigns", "links", "tracking", "crm_sync", "attribution", "config")
EXEMPT = {"__init__", "apps", "models", "querysets"}
"""Doors without code of their own: their rows are behind every other test."""

TESTED_THROUGH = {
    # What every page or view of an app is made of
    "campaigns.admin_base": "campaigns/test_admin.py",
    "campaigns.api_base": "campaigns/test_api.py",
    "campaigns.urls": "campaigns/test_views.py",
    "crm_sync.forms": "crm_sync/test_import_pages.py",
    "crm_sync.urls": "crm_sync/test_views.py",
    "links.admin_filters": "links/test_admin.py",
    "links.forms": "links/test_admin.py",
    "links.link_pages": "links/test_admin.py",
    "links.urls": "links/test_views.py",
    "attribution.urls": "attribution/test_views.py",
    "tracking.urls": "tracking/test_snippet.py",
    "tracking.views": "tracking/test_snippet.py",
    # Halves of one idea, split by length, tested as the whole
    "campaigns.convention_rules": "campaigns/test_conventions.py",
    "campaigns.link_lint_words": "campaigns/test_link_lint.py",
    "campaigns.published_rules": "campaigns/test_send_checks.py",
    "campaigns.send_sheet": "campaigns/test_send_import.py",
    "campaigns.spend_rows": "campaigns/test_spend_import.py",
    "campaigns.table_rows": "campaigns/test_spreadsheets.py",
    "campaigns.text_tables": "campaigns/test_spreadsheets.py",
    "campaigns.workbooks": "campaigns/test_spreadsheets.py",
    "links.api_formats": "links/test_api_audience.py",
    "links.audience_export": "links/test_api_audience.py",
    "links.audience_form": "links/test_audience_panel.py",
    "links.api_serializers": "links/test_api.py",
    "links.changes": "links/test_live_resolver.py",
    "links.letters": "links/test_alert_letters.py",
    "links.webhook_payloads": "links/test_alerts.py",
    "links.management.commands.verify_split": "links/test_split_audit.py",
    "tracking.channel_rule_order": "tracking/test_api_channel_rules.py",
    "tracking.confirmations": "tracking/test_taps.py",
    "tracking.default_channel_rules": "tracking/test_rule_sets.py",
    "tracking.identity_graph": "tracking/test_identity_properties.py",
    "tracking.origins": "tracking/test_identity.py",
    "tracking.people": "tracking/test_api_people.py",
    "tracking.shown_identities": "tracking/test_api_people.py",
    "tracking.tap_channels": "tracking/test_taps.py",
    "tracking.tap_facts": "tracking/test_taps.py",
    "tracking.tap_rows": "tracking/test_taps.py",
    "tracking.tap_touches": "tracking/test_taps.py",
    "tracking.management.commands.drop_old_taps": "tracking/test_retention.py",
    "tracking.management.commands.forget_person": "tracking/test_erasure.py",
    # Plain records that others fill
    "crm_sync.intake_counts": "crm_sync/test_intake.py",
    "crm_sync.records": "crm_sync/test_intake.py",
    # Wiring that only a running installation shows
    "config.celery": "config/test_serve.py",
    "config.settings": "config/test_checks.py",
    "config.urls": "config/test_health.py",
    "config.demo.api_client": "journeys/test_demo.py",
    "config.demo.crowd": "journeys/test_demo.py",
    "config.demo.stage": "journeys/test_demo.py",
    "crm_sync.management.commands.crm_sandbox": "crm_sync/test_sandbox.py",
}


@cache
def modules() -> dict[str, str]:
    """Return the source of every module of ours by its dotted name."""
    return {
        ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts): path.read_text()
        for app in APPS
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "migrations" not in path.parts
    }


@cache
def files_of(app: str) -> frozenset[str]:
    """Return the names of an app's test files."""
    return frozenset(path.stem for path in (settings.BASE_DIR / "tests" / app).glob("test_*.py"))


def has_its_file(module: str) -> bool:
    """Tell whether a test file is named after a module or after its package."""
    app, *inner = module.split(".")
    package, own = ".".join(inner[:-1]).rpartition(".")[2], inner[-1]
    names = {f"test_{own}", f"test_{package}_{own}"}
    found = files_of(app)
    return f"test_{package}" in found or any(
        file in names or file.startswith(f"test_{own}_") for file in found
    )


def importers(module: str) -> list[str]:
    """Return the modules of the same app that import a module."""
    package, _, own = module.rpartition(".")
    pattern = re.compile(
        rf"from {re.escape(module)} import"
        rf"|from {re.escape(package)} import (?:\([^)]*)?[^\n]*\b{own}\b"
    )
    app = module.split(".", 1)[0]
    return [
        name
        for name, text in modules().items()
        if name != module and name.split(".", 1)[0] == app and pattern.search(text)
    ]


def is_tested(module: str) -> bool:
    """Tell whether a module has its test file, is an inner part, or is named above."""
    if has_its_file(module) or module in TESTED_THROUGH:
        return True
    users = importers(module)
    return len(users) == 1 and is_tested(users[0].removesuffix(".__init__"))


def test_every_module_has_its_tests() -> None:
    assert not [
        module
        for module in modules()
        if not EXEMPT.intersection(module.split(".")[1:2] + module.split(".")[-1:])
        and not is_tested(module)
    ]


@pytest.mark.parametrize("module", TESTED_THROUGH)
def test_an_exception_is_still_one(module: str) -> None:
    assert module in modules()
    assert not has_its_file(module)
    assert (settings.BASE_DIR / "tests" / TESTED_THROUGH[module]).is_file()
