"""The shapes in which a send's page of facts reads in the API: cost, moves, approval, checks."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.approvals import approval_of
from campaigns.models import AcknowledgedWarning, Send, SendingPolicy
from campaigns.preflight import CheckResult, Level
from campaigns.send_history import Transition


class PlannedCostSerializer(serializers.Serializer):
    """What a send was expected to cost when it went live."""

    amount = serializers.CharField()
    currency = serializers.CharField()


class SendTransitionSerializer(serializers.Serializer):
    """A change of a send's state; `by` is a user's name, null where nobody is known."""

    before = serializers.ChoiceField(choices=Send.Status.choices)
    after = serializers.ChoiceField(choices=Send.Status.choices)
    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class ApprovalSerializer(serializers.Serializer):
    """A second person's yes: `void` where what would go out changed since."""

    is_needed = serializers.BooleanField(help_text="The channel's sending policy asks for it")
    state = serializers.ChoiceField(choices=["none", "valid", "void"])
    approved_by = serializers.CharField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()


class AcknowledgementSerializer(serializers.Serializer):
    """Who accepted a warning, when and why."""

    code = serializers.CharField()
    message = serializers.CharField()
    reason = serializers.CharField()
    acknowledged_by = serializers.CharField(allow_null=True)
    acknowledged_at = serializers.DateTimeField()


class CheckResultSerializer(serializers.Serializer):
    """What one check found."""

    code = serializers.CharField()
    level = serializers.ChoiceField(choices=[level.value for level in Level])
    message = serializers.CharField()
    fix_url = serializers.CharField()
    acknowledged = serializers.SerializerMethodField(
        help_text="Who accepted a warning of exactly these words; null where nobody did"
    )

    @extend_schema_field(AcknowledgementSerializer(allow_null=True))
    def get_acknowledged(self, obj: CheckResult) -> Any:
        """Return who accepted it, when and why."""
        return None if obj.acknowledged is None else acknowledgement(obj.acknowledged)


class PreflightSerializer(serializers.Serializer):
    """Every check's results; with nothing against it among them the send may go live."""

    may_go_live = serializers.BooleanField()
    results = CheckResultSerializer(many=True)


def acknowledgement(row: AcknowledgedWarning) -> dict[str, Any]:
    """Return an accepted warning as the API shows it."""
    shown = {"acknowledged_by": username(row.acknowledged_by)}
    shown |= {name: getattr(row, name) for name in ("code", "message", "reason", "acknowledged_at")}
    return dict(AcknowledgementSerializer(shown).data)


def approval(send: Send, policy: SendingPolicy) -> dict[str, Any]:
    """Return whether a second person's yes is needed, and what became of it."""
    found = approval_of(send)
    shown = {
        "is_needed": policy.needs_approval,
        "state": "none" if found is None else "valid" if found.is_valid else "void",
        "approved_by": username(found.row.approved_by) if found else None,
        "approved_at": found.row.approved_at if found else None,
        "note": found.row.note if found else "",
    }
    return dict(ApprovalSerializer(shown).data)


def transition(found: Transition) -> dict[str, Any]:
    """Return a change of state as the API shows it."""
    shown = {name: getattr(found, name) for name in ("before", "after", "at", "reason")}
    return dict(SendTransitionSerializer({**shown, "by": username(found.by)}).data)


def username(user: Any) -> str | None:
    """Return a user's name, or None for nobody."""
    return None if user is None else str(user.get_username())
