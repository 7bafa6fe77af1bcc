"""`export_evidence` and `verify_ledger --bundle`, as an auditor uses them."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.attribution.bundles import set_value, tampered
from tests.attribution.story import Story, tell_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return tell_story()


def export(file: Path, *options: str) -> str:
    out = StringIO()
    call_command("export_evidence", str(file), *options, stdout=out)
    return out.getvalue()


def elsewhere(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `manage.py` on a machine that reaches no database and no broker."""
    nowhere = {
        "DATABASE_URL": "postgres://nobody@192.0.2.1:1/none",
        "REDIS_URL": "redis://192.0.2.1:1/0",
    }
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_bundle_is_proven_on_a_machine_without_the_database(story: Story, tmp_path: Path) -> None:
    file = tmp_path / "evidence.zip"
    told = export(file)
    seal = told.split("manifest): ")[1].split()[0]

    proven = elsewhere("verify_ledger", "--bundle", str(file), "--seal", seal)
    assert (proven.returncode, proven.stderr) == (0, "")
    assert "The bundle proves itself:" in proven.stdout
    assert "3 outcomes divide again to the cent" in proven.stdout

    tampered(file, "entries.csv", set_value("amount_minor", "1"))
    refused = elsewhere("verify_ledger", f"--bundle={file}")
    assert refused.returncode == 1
    assert "hash_differs: Batch 1 is not as it was posted." in refused.stderr
    assert "The bundle is not proven." in refused.stderr


def test_the_first_twenty_problems_are_shown_or_all(story: Story, tmp_path: Path) -> None:
    file = tmp_path / "evidence.zip"
    export(file)

    def spoil(rows: list[list[str]]) -> None:
        for row in rows[1:]:
            row[rows[0].index("amount_minor")] = "7"

    tampered(file, "entries.csv", spoil)
    shown, every = StringIO(), StringIO()
    for options, err in (([], shown), (["--all"], every)):
        with pytest.raises(SystemExit) as ended:
            call_command("verify_ledger", "--bundle", str(file), *options, stderr=err)
        assert ended.value.code == 1
    assert len(shown.getvalue().splitlines()) == 21 < len(every.getvalue().splitlines())


def test_a_limited_bundle_says_what_it_does_not_show(story: Story, tmp_path: Path) -> None:
    file = tmp_path / "deal.zip"
    export(file, "--deal", str(story.deal.pk), "--rule", "linear", "--from", "2026-01-01")
    out = StringIO()
    call_command("verify_ledger", "--bundle", str(file), stdout=out)
    assert "The bundle is limited." in out.getvalue()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--rule", "unheard-of"], "No credit rule is called “unheard-of”"),
        (["--deal", "00000000-0000-7000-8000-000000000000"], "There is no deal"),
        (["--from", "2026-02-01", "--to", "2026-01-01"], "before they start"),
    ],
)
def test_a_scope_that_names_nothing_is_bad_usage_and_leaves_no_file(
    tmp_path: Path, options: list[str], complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint) as error:
        export(tmp_path / "evidence.zip", *options)
    assert error.value.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file") as error:
        export(tmp_path / "missing" / "evidence.zip")
    assert error.value.returncode == 2


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_a_file_that_is_no_bundle_is_bad_usage(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "evidence.zip"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match="is no evidence bundle") as error:
        call_command("verify_ledger", "--bundle", str(file))
    assert error.value.returncode == 2


def test_a_seal_without_a_bundle_is_bad_usage() -> None:
    with pytest.raises(CommandError, match="give --bundle too") as error:
        call_command("verify_ledger", "--seal", "0" * 64)
    assert error.value.returncode == 2
