"""The button of the spend panel: count a send by the rate card until its invoice is in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone

from campaigns.admin_base import signed_in_user
from campaigns.models import Send
from campaigns.money import Money
from campaigns.rate_card import RateCardRefusedError
from campaigns.services import record_rate_card_cost


def rate_card_urls(site: AdminSite) -> list[URLPattern]:
    """Return the address the button posts to."""
    view: Any = site.admin_view(_record)
    return [path("campaigns/rate-card/<uuid:send_id>/", view, name="campaigns_rate_card")]


def _record(request: HttpRequest, send_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("campaigns.add_spend"):
        raise PermissionDenied
    send = get_object_or_404(Send.objects.select_related("campaign", "channel"), pk=send_id)
    try:
        spend = record_rate_card_cost(send=send, by=signed_in_user(request), now=timezone.now())
    except RateCardRefusedError as error:
        messages.error(request, str(error))
    else:
        amount = Money(spend.amount_minor, spend.currency)
        messages.success(request, f"{amount} by the rate card, until the invoice is in.")
    return redirect("admin:campaigns_send_change", send.pk)
