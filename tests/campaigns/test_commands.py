"""The commands of planning."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.api_keys import hash_key
from campaigns.models import ApiKey, Spend

pytestmark = pytest.mark.django_db
HEADER = "date,external_id,amount,currency,channel\n"


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def a_file(folder: Path, text: str) -> str:
    path = folder / "spend.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_key_is_printed_alone_on_standard_output() -> None:
    out, _ = run("create_api_key", "Website", "--scopes", "read, events")

    key = ApiKey.objects.get()
    assert key.key_hash == hash_key(out.strip())
    assert (key.name, key.scopes) == ("Website", ["read", "events"])


@pytest.mark.parametrize("scopes", ["admin", "read,delete", ","])
def test_scopes_that_do_not_exist_are_bad_usage(scopes: str) -> None:
    with pytest.raises(CommandError) as caught:
        run("create_api_key", "Website", "--scopes", scopes)

    assert caught.value.returncode == 2
    assert not ApiKey.objects.exists()


def test_a_key_needs_a_name() -> None:
    with pytest.raises(CommandError) as caught:
        run("create_api_key", " ")

    assert caught.value.returncode == 2


def test_spend_is_imported_and_importing_it_again_changes_nothing(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        "\ufeff" + HEADER + '2026-05-01,1,"1,200.50",usd,paid-search\n2026-05-02,1,3,USD,sms\n',
    )

    first, _ = run("import_spend", path, "--platform", "google_ads")
    again, _ = run("import_spend", path, "--platform", "google_ads")

    assert "2 rows: 2 created, 0 updated, 0 unchanged." in first
    assert "2 rows: 0 created, 0 updated, 2 unchanged." in again
    assert Spend.objects.get(channel__slug="paid-search").amount_minor == 120050


def test_wrong_rows_are_told_by_line_and_nothing_is_imported(tmp_path: Path) -> None:
    path = a_file(tmp_path, HEADER + "2026-05-01,1,5,USD,sms\nsoon,2,x,USD,smss\n")
    err = StringIO()

    with pytest.raises(CommandError) as caught:
        call_command("import_spend", path, "--platform", "twilio", stderr=err)

    assert caught.value.returncode == 1
    assert "line 3: date: “soon” is not a date" in err.getvalue()
    assert "line 3: amount: “x” is not an amount" in err.getvalue()
    assert "Did you mean “sms”?" in err.getvalue()
    assert not Spend.objects.exists()


def test_a_row_that_is_too_short_is_told(tmp_path: Path) -> None:
    path = a_file(tmp_path, HEADER + "2026-05-01,1\n")

    with pytest.raises(CommandError) as caught:
        run("import_spend", path, "--platform", "twilio")

    assert caught.value.returncode == 1


@pytest.mark.parametrize(
    ("text", "words"), [("", "is empty"), ("date,amount\n2026-05-01,3\n", "lacks the columns")]
)
def test_a_file_without_the_columns_is_bad_usage(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CommandError, match=words) as caught:
        run("import_spend", a_file(tmp_path, text), "--platform", "twilio")

    assert caught.value.returncode == 2


def test_a_platforms_own_report_is_read_by_its_preset(tmp_path: Path) -> None:
    path = a_file(tmp_path, "Day,Campaign name,Amount spent (EUR)\n2026-05-01,Spring,3.50\n")

    out, _ = run("import_spend", path, "--platform", "meta")

    assert "1 rows: 1 created" in out
    spend = Spend.objects.get()
    assert (spend.channel.slug, spend.currency, spend.amount_minor) == ("paid-social", "EUR", 350)


def test_what_the_file_does_not_say_is_said_beside_it(tmp_path: Path) -> None:
    path = a_file(tmp_path, "date,external_id,amount\n2026-05-01,1,5\n")

    run("import_spend", path, "--platform", "twilio", "--currency", "gbp", "--channel", "sms")

    assert (Spend.objects.get().currency, Spend.objects.get().channel.slug) == ("GBP", "sms")


def test_a_dry_run_says_what_would_be_stored_and_stores_nothing(tmp_path: Path) -> None:
    path = a_file(tmp_path, HEADER + "2026-05-01,1,5,USD,sms\n")

    out, _ = run("import_spend", path, "--platform", "twilio", "--dry-run")

    assert "1 created" in out
    assert "dry run" in out
    assert not Spend.objects.exists()


def test_a_file_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        run("import_spend", str(tmp_path / "none.csv"), "--platform", "twilio")

    assert caught.value.returncode == 2
