"""API keys: how they are made, checked and limited.

A key reads `tr_` + 8 characters (its prefix, kept in the clear to find the row) + 40 more.
Only the SHA-256 of the whole is stored: a random key needs no slow hash.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from campaigns.models import ApiKey

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)
    from rest_framework.views import APIView  # its module imports this one

PREFIX_LENGTH = 11
_USED_AT_STEP = timedelta(minutes=1)
_VERBS = {"GET": "view", "HEAD": "view", "OPTIONS": "view", "DELETE": "delete"}


class UnknownScopeError(ValueError):
    """A scope was asked for that does not exist, or none at all."""

    def __init__(self, scopes: Iterable[str]) -> None:
        self.scopes = list(scopes)
        named = ", ".join(self.scopes) or "none given"
        super().__init__(f"Scopes are {', '.join(ApiKey.Scope.values)}; not: {named}.")


def issue_key(
    *,
    name: str,
    scopes: Iterable[str],
    by: "User | None",
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Store a new key and return it with its plain text, which can never be had again.

    Raises:
        UnknownScopeError: no scope, or one that is not read, write or events.
    """
    wanted = list(dict.fromkeys(scopes))
    unknown = [scope for scope in wanted if scope not in ApiKey.Scope.values]
    if unknown or not wanted:
        raise UnknownScopeError(unknown)
    prefix = "tr_" + secrets.token_hex(4)
    plain = prefix + secrets.token_hex(20)
    key = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        key_hash=hash_key(plain),
        scopes=wanted,
        created_by=by,
        expires_at=expires_at,
    )
    return key, plain


def revoke_key(*, key: ApiKey, now: datetime) -> None:
    """Refuse a key from now on; the first revocation's time stays."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)


def hash_key(plain: str) -> str:
    """Return the hexadecimal SHA-256 under which a key is stored."""
    return hashlib.sha256(plain.encode()).hexdigest()


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer tr_…`. `request.auth` is the ApiKey, `request.user` its maker."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """Return (user, key), or None where no bearer key was offered.

        Raises:
            AuthenticationFailed: the key is unknown, revoked or expired.
        """
        scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        key = _find_key(plain.strip())
        _refuse_unusable(key, now)
        _note_use(key, now)
        maker = key.created_by
        return (maker if maker is not None and maker.is_active else AnonymousUser()), key

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a wrong key is a 401 and not a 403."""
        return 'Bearer realm="Textrail API"'


def _find_key(plain: str) -> ApiKey:
    key = (
        ApiKey.objects.select_related("created_by")
        .filter(prefix=plain[:PREFIX_LENGTH].replace("\0", ""))
        .first()
    )
    if key is None or not secrets.compare_digest(key.key_hash, hash_key(plain)):
        raise AuthenticationFailed(
            "This API key is not known. Send it as “Authorization: Bearer tr_…”.",
            code="api-key-unknown",
        )
    return key


def _refuse_unusable(key: ApiKey, now: datetime) -> None:
    if key.revoked_at is not None:
        raise AuthenticationFailed(
            f"The API key “{key.name}” was revoked on {key.revoked_at:%Y-%m-%d}.",
            code="api-key-revoked",
        )
    if key.expires_at is not None and key.expires_at <= now:
        raise AuthenticationFailed(
            f"The API key “{key.name}” expired on {key.expires_at:%Y-%m-%d}.",
            code="api-key-expired",
        )


def _note_use(key: ApiKey, now: datetime) -> None:
    """Move `used_at`, at most once a minute, so that a busy key is no hot row."""
    if key.used_at is not None and now - key.used_at < _USED_AT_STEP:
        return
    stale = Q(used_at__isnull=True) | Q(used_at__lte=now - _USED_AT_STEP)
    ApiKey.objects.filter(stale, pk=key.pk).update(used_at=now)


class HasScopeOrPermission(BasePermission):
    """A key needs the scope, a signed-in user the model's permission.

    Scope: `view.required_scope`, else read for safe methods and write for the others.
    Permission: `view.required_permission`, else view/add/change/delete of the view's model.
    A view with neither model nor `required_permission` answers superusers only.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Say whether the caller may use the view at all.

        Raises:
            PermissionDenied: a key lacks the scope; the message names it.
        """
        if isinstance(request.auth, ApiKey):
            return _key_may(request.auth, request, view)
        user = request.user
        if not user.is_authenticated:
            return False
        permission = _required_permission(request, view)
        return user.is_superuser if permission is None else user.has_perm(permission)


def _key_may(key: ApiKey, request: Request, view: "APIView") -> bool:
    default = "read" if request.method in SAFE_METHODS else "write"
    scope = getattr(view, "required_scope", None) or default
    if scope not in key.scopes:
        raise PermissionDenied(
            f"This needs the scope “{scope}”; the API key “{key.name}” has "
            f"{', '.join(key.scopes)}.",
            code="scope-missing",
        )
    return True


def _required_permission(request: Request, view: "APIView") -> str | None:
    named: str | None = getattr(view, "required_permission", None)
    if named:
        return named
    model = _model_of(view)
    if model is None:
        return None
    # A POST to one existing row (an extra action) changes it; a POST to the list adds one.
    on_a_row = bool(getattr(view, "detail", False))
    verb = _VERBS.get(request.method or "", "change")
    if request.method == "POST" and not on_a_row:
        verb = "add"
    return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"


def _model_of(view: "APIView") -> type[Model] | None:
    queryset: QuerySet[Model] | None = getattr(view, "queryset", None)
    return None if queryset is None else queryset.model


class CallerThrottle(SimpleRateThrottle):
    """Counts requests per API key, per user, or per address for the rest."""

    scope = "caller"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        """Return the counter's name for this caller."""
        return self.cache_format % {
            "scope": self.scope,
            "ident": caller_id(request) or f"address:{self.get_ident(request)}",
        }


def caller_id(request: Request) -> str:
    """Return `key:…` or `user:…`, or an empty string for an unknown caller."""
    if isinstance(request.auth, ApiKey):
        return f"key:{request.auth.pk}"
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return ""
