"""`manage.py serve`: everything one machine needs, until Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from django.conf import settings

from config.demo.api_client import wait_until
from config.servers import free_port
from tests.tracking.click_builders import database_url


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_serves_the_admin_until_it_is_interrupted(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    (tmp_path / "static").mkdir()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url(), "VAR_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until(f"{url}/healthz")
        assert requests.get(f"{url}/admin/login/", timeout=60).status_code == 200
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=60)
    finally:
        process.terminate()  # Not by force: its children would stay
        process.wait(timeout=60)

    assert process.returncode == 0, told
    assert f"Textrail listens on {url}/admin/" in told
    assert told.rstrip().endswith("Stopped.")
    logs = {path.stem for path in (tmp_path / "logs").iterdir()}
    assert logs == {"web", "worker", "clicks"}
