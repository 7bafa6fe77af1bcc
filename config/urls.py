"""Every address Django answers."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config.health import healthz, metrics, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("", include("campaigns.urls")),
    path("", include("links.urls")),
    path("", include("tracking.urls")),
    path("", include("crm_sync.urls")),
    path("", include("attribution.urls")),
]

handler404 = "config.api_errors.not_found"
