"""`manage.py check_utms`."""

import io
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import NamingConvention

pytestmark = pytest.mark.django_db
GOOD = "https://example.com/a?utm_source=sms&utm_medium=text&utm_campaign=trial-june"
WRONG = GOOD.replace("=sms", "=SMS")


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("check_utms", *arguments, stdout=out, stderr=err)
    except SystemExit as leaving:
        return int(leaving.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert caught.value.returncode == 2
    return str(caught.value)


def a_file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_links_that_are_fine_end_with_status_0() -> None:
    status, out, _ = run(GOOD)

    assert status == 0
    assert out == "1 link checked, none is wrong.\n"


def test_a_wrong_link_ends_with_status_1_and_is_told_with_its_correction(tmp_path: Path) -> None:
    path = a_file(tmp_path, "page.html", f'<p>\n<a href="{WRONG}">\n<a href="#x">')

    status, out, _ = run(path, GOOD)

    assert status == 1
    assert f"  - {WRONG}  [{path}: line 2]" in out
    assert f"    → {GOOD}" in out
    assert out.endswith("1 of 2 links need mending. Left out: anchors (1).\n")


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"x\n{WRONG}".encode())))

    status, out, _ = run("-")

    assert status == 1
    assert "[line 2]" in out


def test_standard_input_may_be_text_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(GOOD))

    assert run("-")[0] == 0


def test_json_goes_to_standard_output_alone() -> None:
    status, out, err = run(WRONG, "--format", "json")

    results = json.loads(out)["results"]
    assert status == 1
    assert results[0]["suggested"] == GOOD
    assert results[0]["places"] == ["argument 1"]
    assert err == "1 of 1 links need mending.\n"


def test_csv_is_the_corrected_file(tmp_path: Path) -> None:
    path = a_file(tmp_path, "links.csv", f"Name,URL\nTrial,{WRONG}\n")
    target = tmp_path / "corrected.csv"

    _, out, _ = run(path, "--format", "csv", "--corrected", str(target))

    assert out.splitlines()[0] == "Name,URL,Verdict,Mistakes,Corrected URL"
    assert out.splitlines()[1].endswith(GOOD)
    assert target.read_text("utf-8-sig").splitlines() == out.splitlines()


def test_a_corrected_file_passes_in_turn(tmp_path: Path) -> None:
    path = a_file(tmp_path, "links.txt", f"{WRONG}\nexample.com/b?utm_campaign=Trial June")
    _, out, _ = run(path, "--format", "json")

    assert run(*(each["suggested"] for each in json.loads(out)["results"]))[0] == 0


def test_github_shows_mistakes_at_their_lines(tmp_path: Path) -> None:
    path = a_file(tmp_path, "links.md", f"# Links\n\n[x]({WRONG})\n")

    status, out, err = run(path, "--format", "github")

    assert status == 1
    assert out.startswith(f"::error file={path},line=3,title=utm_source%3A Another word::“SMS”")
    assert len(out.splitlines()) == 1
    assert "1 of 1 links" in err


def test_several_tables_are_corrected_in_one_list(tmp_path: Path) -> None:
    paths = [a_file(tmp_path, name, f"URL\n{WRONG}\n") for name in ("a.csv", "b.csv")]

    _, out, _ = run(*paths, "--format", "csv")

    assert out.splitlines()[0].startswith("Place,Link,")
    assert f'"{paths[1]}: row 2, column “URL”"' in out


def test_more_links_than_the_page_takes_are_judged(tmp_path: Path) -> None:
    path = a_file(tmp_path, "a.txt", "\n".join(f"{GOOD}&n={n}" for n in range(10_001)))

    assert run(path)[1].startswith("10,001 links checked")


def test_what_is_neither_file_nor_link_is_bad_usage() -> None:
    assert "There is no file “missing.csv”" in refused("missing.csv")


def test_a_file_that_cannot_be_read_is_bad_usage(tmp_path: Path) -> None:
    assert "The file is empty." in refused(a_file(tmp_path, "a.csv", ""))


def test_a_folder_is_bad_usage(tmp_path: Path) -> None:
    assert "cannot be read" in refused(str(tmp_path))


def test_a_file_without_links_is_bad_usage(tmp_path: Path) -> None:
    assert "There is no link in" in refused(a_file(tmp_path, "a.txt", "Hello"))


def test_an_unknown_channel_is_bad_usage() -> None:
    assert "There is no channel “pigeon”. Channels: " in refused(GOOD, "--channel", "pigeon")


def test_a_channel_without_a_convention_is_bad_usage() -> None:
    NamingConvention.objects.update(status=NamingConvention.Status.RETIRED)

    assert "has no published naming convention" in refused(GOOD)


def test_an_unknown_format_is_bad_usage() -> None:
    with pytest.raises(CommandError):
        run(GOOD, "--format", "xml")


def test_a_corrected_file_that_cannot_be_written_is_bad_usage(tmp_path: Path) -> None:
    assert "cannot be written" in refused(WRONG, "--corrected", str(tmp_path))
