"""The command that imports an audience file."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from links import services
from links.models import RecipientLink
from tests.links.builders import NOW, make_domain, make_message, make_send

pytestmark = pytest.mark.django_db


@pytest.fixture
def send():
    make_domain()
    send = make_send()
    make_message(send)
    services.sync_send_links(send, NOW)
    return send


def write(folder: Path, text: str) -> Path:
    path = folder / "audience.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_recipients(send, tmp_path, capsys) -> None:
    path = write(tmp_path, "phone,name\n+14155550100,Ann\n+14155550101,Bob\n")
    call_command("import_audience", str(path), send="Demo-Invite-Q2")
    assert RecipientLink.objects.count() == 2
    out = capsys.readouterr().out
    assert "2 rows: 2 new, 0 duplicate, 0 invalid, 0 opted-out, 0 held-out" in out


def test_a_bad_row_is_named_the_rest_goes_on_and_the_status_is_1(send, tmp_path, capsys) -> None:
    path = write(tmp_path, "phone\n+14155550100\nnonsense\n+14155550100\n")
    with pytest.raises(CommandError) as caught:
        call_command("import_audience", str(path), send="demo-invite-q2")
    assert caught.value.returncode == 1
    assert RecipientLink.objects.count() == 1
    named = capsys.readouterr().err
    assert "row 3: invalid: “nonsense” is not a phone number" in named
    assert "row 4: duplicate: Same number as row 2." in named


def test_importing_again_changes_nothing_and_is_no_problem(send, tmp_path, capsys) -> None:
    path = write(tmp_path, "phone\n+14155550100\n")
    call_command("import_audience", str(path), send="demo-invite-q2")
    call_command("import_audience", str(path), send="demo-invite-q2")
    assert RecipientLink.objects.count() == 1
    assert "0 new, 1 duplicate" in capsys.readouterr().out


def test_an_unknown_send_is_bad_usage(tmp_path) -> None:
    with pytest.raises(CommandError, match="no send") as caught:
        call_command("import_audience", str(write(tmp_path, "phone\n")), send="unknown")
    assert caught.value.returncode == 2


def test_a_missing_file_is_bad_usage(send, tmp_path) -> None:
    with pytest.raises(CommandError, match="cannot be read") as caught:
        call_command("import_audience", str(tmp_path / "none.csv"), send="demo-invite-q2")
    assert caught.value.returncode == 2


def test_a_file_without_phones_imports_nothing(send, tmp_path) -> None:
    with pytest.raises(CommandError, match="Nothing was imported") as caught:
        call_command("import_audience", str(write(tmp_path, "name\nAnn\n")), send="demo-invite-q2")
    assert caught.value.returncode == 1
