"""A short link's QR code as a file of the wanted size, quiet zone and colour."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header

from campaigns.admin_base import TextrailAdmin
from links.models import Link
from links.qr import QrLook, QrLookError, qr_png, qr_svg, read_look

Draw = Callable[[str, QrLook], bytes]


class QrPagesMixin(TextrailAdmin):
    """Adds the addresses `links_link_qr` and `links_link_qr_png`."""

    def get_urls(self) -> list[URLPattern]:
        """Add the two files."""
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/qr.svg", wrap(self.qr_svg_view), name="links_link_qr"),
            path("<uuid:pk>/qr.png", wrap(self.qr_png_view), name="links_link_qr_png"),
            *super().get_urls(),
        ]

    def qr_svg_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Answer with the code as SVG."""
        return self._qr_file(request, pk, qr_svg, "image/svg+xml", "svg")

    def qr_png_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Answer with the code as PNG."""
        return self._qr_file(request, pk, qr_png, "image/png", "png")

    def _qr_file(
        self, request: HttpRequest, pk: Any, draw: Draw, content_type: str, ending: str
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        link = get_object_or_404(Link.objects.select_related("domain"), pk=pk)
        try:
            content = draw(link.short_url, read_look(request.GET.dict()))
        except QrLookError as error:
            messages.error(request, str(error))
            return redirect("admin:links_link_change", pk)
        name = content_disposition_header(as_attachment=True, filename=f"{link.code}.{ending}")
        return HttpResponse(
            content, content_type=content_type, headers={"Content-Disposition": str(name)}
        )
