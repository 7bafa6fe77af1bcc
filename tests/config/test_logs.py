"""JSON log lines."""

import json
import logging
import sys

from config.logs import JsonFormatter


def record(message: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord("links", logging.WARNING, "a.py", 1, message, values, None)


def test_a_line_is_one_json_object() -> None:
    line = JsonFormatter().format(record("%s is\nretired", "abc"))
    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == (
        "warning",
        "links",
        "abc is\nretired",
    )
    assert told["time"].endswith("+00:00")


def test_a_traceback_is_kept() -> None:
    broken = record("failed")
    try:
        int("seven")
    except ValueError:
        broken.exc_info = sys.exc_info()
    assert "ValueError: invalid literal" in json.loads(JsonFormatter().format(broken))["traceback"]


def test_the_request_id_is_told_where_there_is_one() -> None:
    line = record("hello")
    line.request_id = "r-1"
    assert json.loads(JsonFormatter().format(line))["request_id"] == "r-1"
