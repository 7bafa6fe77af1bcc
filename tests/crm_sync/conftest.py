"""A CRM on a real socket for every test that asks for one."""

from collections.abc import Iterator

import pytest

from crm_sync import http
from crm_sync.sandbox.server import Sandbox, run_sandbox


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Serve an empty CRM; our client does not pause between its attempts."""
    monkeypatch.setattr(http, "SHORTEST_PAUSE", 0.0)
    monkeypatch.setattr(http, "LONGEST_PAUSE", 0.0)
    with run_sandbox() as sandbox:
        yield sandbox
