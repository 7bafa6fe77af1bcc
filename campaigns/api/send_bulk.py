"""`POST sends/bulk`: the same change, or the same move, for many sends."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from rest_framework import serializers

from campaigns.api.send_serializer import SendSerializer
from campaigns.bulk_edit import EDITABLE
from campaigns.models import Send
from campaigns.services import edit_sends, move_sends

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

MOST_AT_ONCE = 200


class BulkChangesSerializer(SendSerializer):
    """The values to write; what is left out stays."""

    class Meta(SendSerializer.Meta):
        fields = EDITABLE


class BulkSerializer(serializers.Serializer):
    """Which sends, and either `changes` or the state to move them `to`."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MOST_AT_ONCE
    )
    changes = BulkChangesSerializer(required=False)
    to = serializers.ChoiceField(choices=Send.Status.choices, required=False)
    dry_run = serializers.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Only a partial request leaves out what its `changes` leave out
        super().__init__(*args, **{**kwargs, "partial": True})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for sends, and for one of the two."""
        if "ids" not in attrs:
            raise serializers.ValidationError({"ids": ["Name at least one send."]}, "required")
        if bool(attrs.get("changes")) == ("to" in attrs):
            raise serializers.ValidationError("Send either “changes” or “to”.")
        return attrs


class BulkErrorSerializer(serializers.Serializer):
    """Why a send refused."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    suggestion = serializers.CharField()
    value = serializers.CharField()


class BulkChangeSerializer(serializers.Serializer):
    """What changed in a field."""

    field = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()


class BulkResultSerializer(serializers.Serializer):
    """What became, or would become, of one send."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["updated", "unchanged", "rejected"])
    changes = BulkChangeSerializer(many=True)
    errors = BulkErrorSerializer(many=True)  # type: ignore[assignment]


class BulkResultsSerializer(serializers.Serializer):
    """One result per send, in the order of the ids."""

    dry_run = serializers.BooleanField()
    results = BulkResultSerializer(many=True)


def run_bulk(data: Any, *, by: "User | None") -> dict[str, Any]:
    """Read the request, do it or try it, and return the answer."""
    wanted = BulkSerializer(data=data)
    wanted.is_valid(raise_exception=True)
    given = wanted.validated_data
    sends = _sends(given["ids"])
    is_dry = given.get("dry_run", False)
    common = {"by": by, "now": timezone.now(), "dry_run": is_dry}
    if "to" in given:
        results = move_sends(sends=sends, to=given["to"], **common)
    else:
        results = edit_sends(sends=sends, changes=given["changes"], **common)
    rows = [
        {
            "id": result.stored.pk,
            "status": result.status,
            "changes": result.changes,
            "errors": result.errors,
        }
        for result in results
    ]
    return dict(BulkResultsSerializer({"dry_run": is_dry, "results": rows}).data)


def _sends(ids: list[Any]) -> list[Send]:
    found = Send.objects.select_related("campaign", "channel").in_bulk(ids)
    missing = [str(pk) for pk in ids if pk not in found]
    if missing:
        text = f"There is no send {', '.join(missing[:5])}."
        raise serializers.ValidationError({"ids": [text]}, code="does-not-exist")
    return [found[pk] for pk in dict.fromkeys(ids)]
