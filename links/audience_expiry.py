"""Deletes what uploads hold of people: after some days, or when one of them is to be forgotten."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from links import audience_folder
from links.audience_uploads import forget_people_of
from links.models import AudienceUpload

_TOO_OLD = "It was not added within {days} days, so its file was deleted. Please upload it again."


def expire_uploads(*, now: datetime) -> int:
    """Delete results after `AUDIENCE_FILE_DAYS`, and give up what was not added in that time."""
    days = settings.AUDIENCE_FILE_DAYS
    moment = now - timedelta(days=days)
    for upload in AudienceUpload.objects.on_the_way().filter(created_at__lt=moment):
        upload.status, upload.finished_at = AudienceUpload.Status.FAILED, now
        upload.problem = _TOO_OLD.format(days=days)
        upload.save(update_fields=["status", "finished_at", "problem"])
        forget_people_of(upload)
    return _delete_results(Q(finished_at__lt=moment))


def delete_results_of(send_ids: Collection[UUID]) -> int:
    """Delete the results of some sends' uploads: somebody in them is to be forgotten."""
    return _delete_results(Q(send__in=send_ids))


def _delete_results(which: Q) -> int:
    over = AudienceUpload.objects.filter(which, status__in=["done", "failed"])
    found = list(over.exclude(results_file=""))
    for upload in found:
        audience_folder.remove(upload.results_file.name)
    AudienceUpload.objects.filter(pk__in=[upload.pk for upload in found]).update(results_file="")
    return len(found)
