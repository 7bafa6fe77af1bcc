"""API keys: how they are made, checked and limited."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.throttling import SimpleRateThrottle


class ApiKeyAuthentication(BaseAuthentication):
    """To be written."""


class HasScopeOrPermission(IsAuthenticated):
    """To be written."""


class CallerThrottle(SimpleRateThrottle):
    """To be written."""

    scope = "caller"

    def get_cache_key(self, request, view):  # type: ignore[no-untyped-def]
        return None
