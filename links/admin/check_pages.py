"""The pages that check links."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from campaigns.admin_base import TextrailAdmin
from campaigns.models import Send
from links import services
from links.admin.check_words import tell_outcome
from links.models import Link


class CheckPagesMixin(TextrailAdmin):
    """Adds the addresses `links_check_send` and `links_check_link`."""

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that check links."""
        wrap = self.admin_site.admin_view
        return [
            path("check-send/<uuid:pk>/", wrap(self.check_send_view), name="links_check_send"),
            path("<uuid:pk>/check/", wrap(self.check_link_view), name="links_check_link"),
            *super().get_urls(),
        ]

    def check_send_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Check all links of a send."""
        send = get_object_or_404(Send, pk=pk)
        home = reverse("admin:campaigns_send_change", args=[pk])
        return self._check_view(request, list(Link.objects.of_send(send)), home)

    def check_link_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Check one link."""
        link = get_object_or_404(Link.objects.select_related("domain"), pk=pk)
        return self._check_view(request, [link], reverse("admin:links_link_change", args=[pk]))

    def _check_view(self, request: HttpRequest, links: list[Link], home: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        following = request.POST.get("next") or request.GET.get("next") or ""
        if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
            following = home
        if request.method == "POST":
            tell_outcome(request, services.check_links(links=links, now=timezone.now()))
            return HttpResponseRedirect(following)
        context = {
            **self.admin_site.each_context(request),
            "title": "Check links",
            "opts": self.opts,
            "links": links,
            "next": following,
        }
        return render(request, "links/check_confirm.html", context)
