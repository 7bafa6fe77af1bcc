"""The public addresses of this app."""

from django.urls import URLPattern, path

from links.views import tls_permission

urlpatterns: list[URLPattern] = [path("api/tls-permission", tls_permission, name="tls-permission")]
