"""Pages of this app outside of the admin: ending the mails of a scheduled report."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from attribution.report_schedules import UnknownSubscriptionError, subscription, unsubscribe


@csrf_exempt  # Mail programs post here themselves (RFC 8058); the signed token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on a GET, which scanners open too, and end one person's mails on a POST."""
    try:
        recipient = subscription(token)
    except UnknownSubscriptionError:
        return render(
            request, "attribution/mail/unsubscribe.html", {"is_unknown": True}, status=404
        )
    if request.method == "POST":
        unsubscribe(recipient=recipient, now=timezone.now())
    is_over = request.method == "POST" or recipient.unsubscribed_at is not None
    context = {"recipient": recipient, "is_over": is_over}
    return render(request, "attribution/mail/unsubscribe.html", context)
