"""Pages of this app outside of the admin."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from links.hosts import plain_host
from links.models import Domain


@require_safe
def tls_permission(request: HttpRequest) -> HttpResponse:
    """Say whether a proxy may fetch a certificate for a host: 200 for our domains, else 404.

    Caddy asks so before it does (`on_demand_tls`), as `?domain=go.example.com`.
    """
    host = plain_host(request.GET.get("domain", ""))
    is_ours = bool(host) and Domain.objects.filter(host=host, is_active=True).exists()
    text = "yes" if is_ours else f"no: {host[:255] or '?domain='} is no active domain here"
    status = 200 if is_ours else 404
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
