"""Chainable filters of the link models, named by intent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.postgres.aggregates import BoolAnd
from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Subquery

if TYPE_CHECKING:
    from campaigns.models import Send
    from links.models import (
        AudienceUpload,
        Domain,
        DomainCheck,
        HeldOutRecipient,
        Link,
        LinkAlert,
        LinkCheck,
        RecipientLink,
        WebhookDelivery,
        WebhookEndpoint,
    )

_FAILED_IS_DUE_AFTER = timedelta(minutes=5)
_DOMAIN_IS_DUE_AFTER = timedelta(hours=1)


class LinkQuerySet(models.QuerySet["Link"]):
    """Filters over short links."""

    def changed_since(self, moment: datetime) -> LinkQuerySet:
        """Keep links written at or after the moment, retired ones included."""
        return self.filter(updated_at__gte=moment)

    def in_use(self) -> LinkQuerySet:
        """Leave out archived links: they go on working, but nobody needs them in a list."""
        return self.filter(archived_at__isnull=True)

    def archived(self) -> LinkQuerySet:
        """Keep archived links."""
        return self.filter(archived_at__isnull=False)

    def tagged(self, *tags: str) -> LinkQuerySet:
        """Keep links that have all of these tags."""
        return self.filter(tags__contains=list(tags))

    def tag_counts(self) -> list[tuple[str, int]]:
        """Return every tag with the number of links in use that have it, by alphabet."""
        each = self.in_use().order_by().annotate(tag=Func(F("tags"), function="unnest"))
        counted = each.values("tag").annotate(count=Count("pk")).order_by("tag")
        return list(counted.values_list("tag", "count"))

    def at_address(self, text: str) -> LinkQuerySet:
        """Keep the link of a whole short address, as one copies it from a message."""
        host, _, code = text.strip().split("://", 1)[-1].partition("/")
        return self.filter(domain__host=host.lower(), code=code.split("?", 1)[0].strip("/"))

    def of_send(self, send: Send) -> LinkQuerySet:
        """Keep the links of a send, replaced versions last, with what a page shows of them."""
        order = F("message__retired_at").asc(nulls_first=True)
        links = self.filter(send=send).select_related("domain", "message")
        return links.order_by(order, "utm_content", "id")

    def of_current_versions(self, send: Send) -> LinkQuerySet:
        """Keep the links of a send's versions that new recipients may still get."""
        return self.filter(message__send=send, message__retired_at__isnull=True)

    def working(self, *, now: datetime) -> LinkQuerySet:
        """Keep links that lead to their destination at this moment."""
        return self.filter(
            ~Q(expires_at__lte=now),
            ~Q(starts_at__gt=now),
            status="active",
            limit_reached_at__isnull=True,
            domain__is_active=True,
        )

    def with_last_checks(self) -> LinkQuerySet:
        """Annotate `last_checked_at` and how that look at the link turned out.

        `last_check_ok` is the whole of it, `iphone_ok`, `android_ok` and `desktop_ok` are its
        parts; None: never checked. Subqueries by index instead of a join, which would have to
        find the newest rows among all checks of the page's links.
        """
        checks: type[LinkCheck] = apps.get_model("links", "LinkCheck")
        of_link = checks.objects.filter(link=OuterRef("pk"))
        last = of_link.filter(checked_at=OuterRef("last_checked_at")).order_by().values("link")

        def verdict(**which: str) -> Subquery:
            return Subquery(last.filter(**which).annotate(all=BoolAnd("is_ok")).values("all"))

        newest = of_link.order_by("-checked_at").values("checked_at")[:1]
        return self.annotate(last_checked_at=Subquery(newest)).annotate(
            last_check_ok=verdict(),
            iphone_ok=verdict(device="iphone"),
            android_ok=verdict(device="android"),
            desktop_ok=verdict(device="desktop"),
        )

    def failing(self) -> LinkQuerySet:
        """Keep links that did not work when they were last checked."""
        return self.with_last_checks().filter(Q(last_check_ok=False))

    def due_for_check(self, *, now: datetime, fresh_hours: int) -> LinkQuerySet:
        """Keep working links of live sends to be checked again, the longest unchecked first.

        Due is what has no check in this time, and what did not work some minutes ago.
        """
        stale, failed = now - timedelta(hours=fresh_hours), now - _FAILED_IS_DUE_AFTER
        return (
            self.working(now=now)
            .filter(send__status="live")
            .with_last_checks()
            .filter(
                Q(last_checked_at__isnull=True)
                | Q(last_checked_at__lte=stale)
                | Q(last_check_ok=False, last_checked_at__lte=failed)
            )
            .order_by(F("last_checked_at").asc(nulls_first=True))
        )


class DomainQuerySet(models.QuerySet["Domain"]):
    """Filters over domains."""

    def with_last_check(self) -> DomainQuerySet:
        """Annotate `checked_at` and what was found: None where nobody looked yet."""
        checks: type[DomainCheck] = apps.get_model("links", "DomainCheck")
        newest = checks.objects.filter(domain=OuterRef("pk")).order_by("-checked_at")
        return self.annotate(
            checked_at=Subquery(newest.values("checked_at")[:1]),
            is_serving=Subquery(newest.values("is_serving")[:1]),
            certificate_ends_at=Subquery(newest.values("certificate_ends_at")[:1]),
        )

    def due_for_check(self, *, now: datetime) -> DomainQuerySet:
        """Keep active domains that nobody looked at for an hour, or that were ill just now.

        One without its proof is looked at as often, because somebody waits for it.
        """
        is_unwell = Q(is_serving=False) | Q(verified_at__isnull=True)
        return (
            self.filter(is_active=True)
            .with_last_check()
            .filter(
                Q(checked_at__isnull=True)
                | Q(checked_at__lte=now - _DOMAIN_IS_DUE_AFTER)
                | Q(is_unwell, checked_at__lte=now - _FAILED_IS_DUE_AFTER)
            )
            .order_by(F("checked_at").asc(nulls_first=True))
        )


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    """Filters over link checks."""

    def latest_per_device(self) -> LinkCheckQuerySet:
        """Keep the newest check of every link, device and destination."""
        order = ("link_id", "device", "destination_url")
        return self.order_by(*order, "-checked_at").distinct(*order)


class RecipientLinkQuerySet(models.QuerySet["RecipientLink"]):
    """Filters over recipients' links."""

    def of_send(self, send: Send) -> RecipientLinkQuerySet:
        """Keep the recipients of a send, with what their address and their text need."""
        return self.filter(link__send=send).select_related("link__domain", "link__message")


class LinkAlertQuerySet(models.QuerySet["LinkAlert"]):
    """Filters over alerts of broken links."""

    def open(self) -> LinkAlertQuerySet:
        """Keep alerts whose link is still broken."""
        return self.filter(resolved_at__isnull=True)


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    """Filters over webhook endpoints."""

    def wanting(self, event_type: str) -> WebhookEndpointQuerySet:
        """Keep active endpoints that are told of such events."""
        return self.filter(is_active=True, event_types__contains=[event_type])

    def with_due_deliveries(self, *, now: datetime) -> WebhookEndpointQuerySet:
        """Keep endpoints that take messages now and for which some are due."""
        deliveries: type[WebhookDelivery] = apps.get_model("links", "WebhookDelivery")
        due = deliveries.objects.due(now=now).filter(endpoint=OuterRef("pk"))
        is_paused = Q(paused_until__gt=now)
        return self.filter(~is_paused, Exists(due), is_active=True).order_by("pk")


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Filters over webhook messages."""

    def due(self, *, now: datetime) -> WebhookDeliveryQuerySet:
        """Keep messages that should be sent now."""
        return self.filter(next_attempt_at__lte=now)

    def undelivered(self) -> WebhookDeliveryQuerySet:
        """Keep messages that wait or were given up."""
        return self.filter(delivered_at__isnull=True)


class HeldOutRecipientQuerySet(models.QuerySet["HeldOutRecipient"]):
    """Filters over people who are held out."""

    def of_send(self, send: Send) -> HeldOutRecipientQuerySet:
        """Keep those of a send."""
        return self.filter(send=send)


class AudienceUploadQuerySet(models.QuerySet["AudienceUpload"]):
    """Filters over uploads of an audience."""

    def of_send(self, send: Send) -> AudienceUploadQuerySet:
        """Keep those of a send, the newest first."""
        return self.filter(send=send).order_by("-created_at")

    def on_the_way(self) -> AudienceUploadQuerySet:
        """Keep those that are not over."""
        return self.filter(status__in=["waiting", "running"])

    def due(self, *, now: datetime, stale_after: timedelta) -> AudienceUploadQuerySet:
        """Keep those that wait, or whose worker gave no sign of life, the oldest first."""
        is_left = Q(status="running", worked_at__lt=now - stale_after)
        return self.filter(Q(status="waiting") | is_left).order_by("created_at")
