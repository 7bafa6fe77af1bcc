"""Where the files of audiences are kept."""

import hashlib
import io
import stat

import pytest

from links import audience_folder
from links.audience_folder import FileChunks


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_file_is_kept_with_its_hash() -> None:
    content = b"x" * 200_000
    name, content_hash = audience_folder.keep(FileChunks(io.BytesIO(content)))
    assert audience_folder.path_of(name).read_bytes() == content
    assert content_hash == hashlib.sha256(content).hexdigest()


def test_nobody_else_on_the_machine_may_read_it() -> None:
    name, _ = audience_folder.keep(FileChunks(io.BytesIO(b"x")))
    path = audience_folder.path_of(name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_names_are_never_used_twice() -> None:
    name = audience_folder.new_name("rows")
    assert name != audience_folder.new_name("rows")
    audience_folder.create(name).close()
    with pytest.raises(FileExistsError):
        audience_folder.create(name)


@pytest.mark.parametrize("name", ["", "audiences/none.upload"])
def test_what_is_not_there_is_removed_in_silence(name: str) -> None:
    audience_folder.remove(name)
