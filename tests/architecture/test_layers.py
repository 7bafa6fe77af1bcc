"""The one rule everybody can remember: an app knows only the apps to its left."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ORDER = ["campaigns", "links", "tracking", "crm_sync", "attribution"]
LINE_LIMIT = 400


def own_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in ORDER and not model.__name__.startswith("Historical")
    ]


def sources() -> list[Path]:
    return [
        path
        for app in [*ORDER, "config", "tests"]
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "migrations" not in path.parts
    ]


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model.__name__)
def test_foreign_keys_point_left_and_hide_from_there(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if not isinstance(field, models.ForeignKey) or field.model is not model:
            continue
        target = field.related_model._meta.app_label
        if target not in ORDER or target == model._meta.app_label:
            continue
        assert ORDER.index(target) < ORDER.index(model._meta.app_label), field
        assert field.remote_field.related_name == "+" or field.name == "identity", field


def test_the_import_contracts_are_kept() -> None:
    linter = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linter.returncode == 0, linter.stdout


def test_no_file_is_longer_than_a_person_reads() -> None:
    long = {
        str(path.relative_to(settings.BASE_DIR)): count
        for path in sources()
        if (count := len(path.read_text().splitlines())) > LINE_LIMIT
    }
    assert not long


def test_services_are_told_the_time() -> None:
    telling = [
        str(path)
        for path in sources()
        if path.name == "services.py" and "timezone.now()" in path.read_text()
    ]
    assert not telling


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc"])
def test_no_drawer_for_junk(name: str) -> None:
    assert not [path for path in sources() if path.stem == name or name in path.parts]


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(settings.BASE_DIR))
        for path in sources()
        if path.name != "__init__.py" and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert not silent
