"""One router for the REST API. Each app's `api.py` names its own resources.

`ROUTES` lists (address, view set) pairs and `PATHS` the views that are no resource.
"""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

import attribution.api
import campaigns.api
import crm_sync.api
import links.api
import tracking.api

_APPS = (campaigns.api, links.api, tracking.api, crm_sync.api, attribution.api)

router = SimpleRouter(trailing_slash=False)
for _app in _APPS:
    for _prefix, _viewset in _app.ROUTES:
        router.register(_prefix, _viewset, basename=_prefix)

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    *(pattern for _app in _APPS for pattern in _app.PATHS),
    *router.urls,
]
