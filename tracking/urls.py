"""The public addresses of this app."""

from django.urls import URLPattern, path

from tracking.views import snippet

urlpatterns: list[URLPattern] = [path("t.js", snippet, name="snippet")]
