"""Which files a domain may show."""

import pytest

from links.well_known import WellKnownFileError, check_files


def test_files_are_kept_as_they_are_and_empty_ones_are_none() -> None:
    files = {"security.txt": "Contact: x\n", "assetlinks.json": "[]", "gone.txt": " \n"}
    assert check_files(files) == {"security.txt": "Contact: x\n", "assetlinks.json": "[]"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "Files are an object"),
        ({"a.txt": 1}, "the content is a text"),
        ({"../a": "x"}, "is no file name"),
        ({"a/b": "x"}, "is no file name"),
        ({".hidden": "x"}, "is no file name"),
        ({"textrail": "x"}, "is answered by Textrail"),
        ({"acme-challenge": "x"}, "is answered by Textrail"),
        ({"a.txt": "x" * 64_001}, "at most 64,000"),
        ({"a.json": "{"}, "“a.json” is no JSON in line 1"),
        ({"apple-app-site-association": "<html>"}, "is no JSON"),
        ({"a.json": "[" * 60_000}, "is no JSON"),
        ({f"{number}.txt": "x" for number in range(21)}, "There are 21 files"),
    ],
)
def test_what_apps_would_refuse_is_refused(value, words) -> None:
    with pytest.raises(WellKnownFileError, match=words):
        check_files(value)
