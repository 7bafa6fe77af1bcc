"""Files that a domain shows under `/.well-known/`: which names and contents are taken. Pure."""

import json
import re

COMMON = ("apple-app-site-association", "assetlinks.json", "security.txt")
"""What is asked for most: links that open an app on iPhones and Android, and a contact."""

MOST_FILES = 20
MOST_CHARACTERS = 64_000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_OURS = frozenset({"textrail", "acme-challenge"})


class WellKnownFileError(ValueError):
    """A file cannot be shown; the message names it and the rule."""


def check_files(value: object) -> dict[str, str]:
    """Return files as they are stored: name to content, those without content left out.

    Raises:
        WellKnownFileError: a name that is none, or content that apps would refuse.
    """
    if not isinstance(value, dict):
        raise WellKnownFileError("Files are an object: each name with its content as text.")
    files = {}
    for name, content in value.items():
        if not isinstance(content, str):
            raise WellKnownFileError(f"“{name}”: the content is a text.")
        if content.strip():
            _check(str(name), content)
            files[str(name)] = content
    if len(files) > MOST_FILES:
        raise WellKnownFileError(f"There are {len(files)} files; at most {MOST_FILES} are kept.")
    return files


def _check(name: str, content: str) -> None:
    if name in _OURS:
        raise WellKnownFileError(f"“{name}” is answered by Textrail or your proxy already.")
    if not _NAME.fullmatch(name):
        raise WellKnownFileError(
            f"“{name}” is no file name: letters, digits, dots, “-” and “_”, without a folder."
        )
    if len(content) > MOST_CHARACTERS:
        raise WellKnownFileError(
            f"“{name}” has {len(content):,} characters; at most {MOST_CHARACTERS:,} are shown."
        )
    if name.endswith(".json") or name == "apple-app-site-association":
        _check_json(name, content)


def _check_json(name: str, content: str) -> None:
    try:
        json.loads(content)
    except (ValueError, RecursionError) as error:
        where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "too deeply nested"
        raise WellKnownFileError(f"“{name}” is no JSON{where}: {reason}.") from error
