"""`changes`: who changed what and when."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from campaigns.api_base import ApiView
from campaigns.change_kinds import KINDS, OBJECTS, Kind, kinds_of_object
from campaigns.change_log import ChangeFilter, MalformedCursorError, change_page
from campaigns.models import ApiKey

_OBJECTS = [(code, code) for code in OBJECTS]


class ChangesQuerySerializer(serializers.Serializer):
    """Which changes. An `id` needs its `object`; `since` counts, `until` does not any more."""

    object = serializers.ChoiceField(choices=_OBJECTS, required=False)
    id = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    name = serializers.CharField(required=False, max_length=100)
    cursor = serializers.CharField(required=False, max_length=200)
    page_size = serializers.IntegerField(required=False, default=50, min_value=1, max_value=500)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an id of nobody knows what."""
        if "id" in attrs and "object" not in attrs:
            text = f"Say of which object: {', '.join(OBJECTS)}."
            raise serializers.ValidationError({"object": [text]})
        return attrs


class FieldChangeSerializer(serializers.Serializer):
    """A field's value before and after, in words; empty where there was none."""

    field = serializers.CharField()
    label: Any = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()


class ChangeSerializer(serializers.Serializer):
    """One change. `part` names a text of a send or a part of a convention."""

    at = serializers.DateTimeField()
    by = serializers.CharField(help_text="A user name, or Textrail")
    action = serializers.ChoiceField(choices=["created", "changed", "deleted"])
    object = serializers.ChoiceField(choices=_OBJECTS, source="kind.object_code")
    object_id = serializers.UUIDField()
    name = serializers.CharField(source="title")
    part = serializers.CharField()
    reason = serializers.CharField()
    fields_changed = FieldChangeSerializer(many=True, source="fields")


class ChangePageSerializer(serializers.Serializer):
    """A page of changes. It leads on to older ones only, so `previous` is always null."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ChangeSerializer(many=True)


class ChangesView(ApiView, APIView):
    """The changes of conventions, campaigns, sends, their texts, spend and sending policies."""

    required_permission = "campaigns.view_send"

    @extend_schema(
        parameters=[
            OpenApiParameter("object", OpenApiTypes.STR, enum=OBJECTS),
            OpenApiParameter("id", OpenApiTypes.UUID, description="Of one object"),
            OpenApiParameter("since", OpenApiTypes.DATETIME),
            OpenApiParameter("until", OpenApiTypes.DATETIME),
            OpenApiParameter("name", OpenApiTypes.STR, description="A part of a name"),
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("page_size", OpenApiTypes.INT),
        ],
        responses={200: ChangePageSerializer},
    )
    def get(self, request: Request) -> Response:
        """List changes, the newest first.

        Raises:
            NotFound: the cursor is none.
        """
        query = ChangesQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        try:
            page = change_page(
                _filter(asked, request), cursor=asked.get("cursor", ""), size=asked["page_size"]
            )
        except MalformedCursorError as error:
            raise NotFound("Invalid cursor") from error
        address = request.build_absolute_uri()
        following = replace_query_param(address, "cursor", page.older) if page.older else None
        answer = {"next": following, "previous": None, "results": page.changes}
        return Response(ChangePageSerializer(answer).data)


def _filter(asked: dict[str, Any], request: Request) -> ChangeFilter:
    kinds = kinds_of_object(asked["object"]) if "object" in asked else list(KINDS.values())
    return ChangeFilter(
        kinds=[kind for kind in kinds if _may_see(kind, request)],
        object_id=asked.get("id"),
        since=asked.get("since"),
        until=asked.get("until"),
        text=asked.get("name", ""),
    )


def _may_see(kind: Kind, request: Request) -> bool:
    """A key that may read reads all; a signed-in user what the admin shows."""
    return isinstance(request.auth, ApiKey) or request.user.has_perm(kind.permission)
