"""The public addresses of this app."""

from django.urls import URLPattern, path

from crm_sync.views import crm_hook

urlpatterns: list[URLPattern] = [path("hooks/crm/<uuid:pk>", crm_hook, name="crm_hook")]
