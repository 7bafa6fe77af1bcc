"""The pages that check links."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from campaigns.admin_base import TextrailAdmin, signed_in_user
from campaigns.models import Send
from links import services
from links.admin.check_words import tell_outcome
from links.check_runs import results_of
from links.models import CheckRun, Link

QUICK_LINKS = 5
"""Up to so many are checked while the browser waits."""

_SOON = timedelta(seconds=20)


class CheckPagesMixin(TextrailAdmin):
    """Adds the addresses `links_check_send`, `links_check_link` and `links_check_run`."""

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that check links."""
        wrap = self.admin_site.admin_view
        return [
            path("check-send/<uuid:pk>/", wrap(self.check_send_view), name="links_check_send"),
            path("check-run/<uuid:pk>/", wrap(self.check_run_view), name="links_check_run"),
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

    def check_run_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show how far a worker has come with many links; `?part` is what renews itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(CheckRun.objects.select_related("send"), pk=pk)
        now = timezone.now()
        shown = {
            "run": run,
            "total": len(run.link_ids),
            "results": results_of(run),
            "is_slow": run.worked_at is None and now - run.created_at > _SOON,
        }
        if "part" in request.GET:
            return render(request, "links/_check_run.html", shown)
        titled = {**self.admin_site.each_context(request), "title": "Checking links"}
        return render(request, "links/check_run.html", {**titled, "opts": self.opts, **shown})

    def _check_view(self, request: HttpRequest, links: list[Link], home: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        following = request.POST.get("next") or request.GET.get("next") or ""
        if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
            following = home
        if request.method == "POST" and len(links) > QUICK_LINKS:
            return start_run(request, links)
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


def start_run(request: HttpRequest, links: list[Link]) -> HttpResponse:
    """Let a worker check many links, and show how far it is."""
    sends = {link.send for link in links}
    run = services.start_check_run(
        links=links,
        send=sends.pop() if len(sends) == 1 else None,
        by=signed_in_user(request),
        now=timezone.now(),
    )
    return HttpResponseRedirect(reverse("admin:links_check_run", args=[run.pk]))
