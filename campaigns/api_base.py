"""The base classes of every view of the REST API, in all apps.

They bring `Idempotency-Key` on every POST, and the two attributes which
`campaigns.api_keys.HasScopeOrPermission` reads. An extra action may set its own:
`@action(detail=True, methods=["post"], required_scope="read")`.
"""

from typing import TYPE_CHECKING, Any

from django.db.models import Model, ProtectedError, RestrictedError
from rest_framework import mixins, viewsets
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from campaigns.idempotency import IdempotentPosts

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

    _GenericViewSet = viewsets.GenericViewSet[Any]
    _ModelViewSet = viewsets.ModelViewSet[Any]
else:  # DRF's classes cannot be subscripted at run time
    _GenericViewSet = viewsets.GenericViewSet
    _ModelViewSet = viewsets.ModelViewSet


class ApiView(IdempotentPosts):
    """A view that is no resource. Set `required_permission` for signed-in users."""

    required_scope: str | None = None
    required_permission: str | None = None


class ApiGenericViewSet(ApiView, _GenericViewSet):
    """A resource that mixes in only the verbs it has."""


class ApiReadOnlyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiGenericViewSet):
    """A resource that is listed and read."""


class RowInUseError(APIException):
    """Other rows need the one that should be deleted."""

    status_code = 409
    default_code = "in-use"
    default_detail = "It cannot be deleted: other records refer to it."


class ApiModelViewSet(ApiView, _ModelViewSet):
    """A resource with list, read, create, update and delete."""

    def perform_destroy(self, instance: Model) -> None:
        """Delete the row.

        Raises:
            RowInUseError: other rows refer to it.
        """
        try:
            super().perform_destroy(instance)
        except (ProtectedError, RestrictedError) as error:
            raise RowInUseError from error


def acting_user(request: Request) -> "User | None":
    """Return who acts, for a service's `by`: the user, a key's maker, or None."""
    user = request.user
    return user if user.is_authenticated else None
