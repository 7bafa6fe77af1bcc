"""What uploads hold of people is deleted after some days, or when somebody is forgotten."""

from datetime import timedelta

import pytest

from links import audience_folder
from links.audience_expiry import delete_results_of, expire_uploads
from links.audience_uploads import run_upload
from links.models import AudienceUpload
from tests.links.audience_stories import a_file, a_send, an_upload, numbers
from tests.links.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.AUDIENCE_FILE_DAYS = 7


def files() -> list[str]:
    folder = audience_folder.path_of(audience_folder.FOLDER)
    return [path.name for path in folder.iterdir()]


def test_results_are_deleted_after_the_days_that_were_set() -> None:
    upload = run_upload(upload=an_upload(a_send(), a_file(*numbers(2))), now=NOW)
    finished = upload.finished_at
    assert finished is not None
    assert expire_uploads(now=finished + timedelta(days=7)) == 0
    assert files()
    assert expire_uploads(now=finished + timedelta(days=7, seconds=1)) == 1
    assert files() == []
    upload.refresh_from_db()
    assert (upload.results_file.name, upload.new_count) == ("", 2)


def test_what_nobody_added_in_that_time_is_given_up_with_the_reason() -> None:
    an_upload(a_send(), a_file(*numbers(2)))
    expire_uploads(now=NOW + timedelta(days=8))
    upload = AudienceUpload.objects.get()
    assert upload.status == "failed"
    assert "not added within 7 days" in upload.problem
    assert files() == []


def test_the_results_of_one_send_can_be_deleted_at_once() -> None:
    send, other = a_send(), a_send("demo-invite-q3")
    for one in (send, other):
        run_upload(upload=an_upload(one, a_file(*numbers(2))), now=NOW)
    assert delete_results_of([send.pk]) == 1
    kept = AudienceUpload.objects.exclude(results_file="").get()
    assert kept.send == other
    assert files() == [audience_folder.path_of(kept.results_file.name).name]
