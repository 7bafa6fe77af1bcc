"""The REST resources of this app."""

from django.urls import URLPattern
from rest_framework.viewsets import ViewSetMixin

ROUTES: list[tuple[str, type[ViewSetMixin]]] = []
PATHS: list[URLPattern] = []
