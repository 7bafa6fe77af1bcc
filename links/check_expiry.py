"""Old checks of links and domains go; the newest of each stays, because it is what is known."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef

from links.models import DomainCheck, LinkCheck

_ROWS_PER_DELETION = 5_000


def forget_checks(*, now: datetime, keep: timedelta) -> int:
    """Delete checks older than `keep` that newer ones have replaced; return how many."""
    return _forget(LinkCheck, "link", now - keep) + _forget(DomainCheck, "domain", now - keep)


def _forget(model: type[LinkCheck] | type[DomainCheck], of: str, before: datetime) -> int:
    newer = model._default_manager.filter(
        **{of: OuterRef(of)}, checked_at__gt=OuterRef("checked_at")
    )
    old = model._default_manager.filter(Exists(newer), checked_at__lt=before).order_by(
        F("checked_at")
    )
    deleted = 0
    while rows := list(old.values_list("pk", flat=True)[:_ROWS_PER_DELETION]):
        deleted += model._default_manager.filter(pk__in=rows).delete()[0]
    return deleted
