"""The JSON shapes of this app's resources."""

from typing import Any

from rest_framework import serializers

from links.audience import RowStatus, UploadResult
from links.models import AudienceUpload, Domain, Link, LinkCheck


class TargetSerializer(serializers.Serializer[Any]):
    """Another destination for some devices or countries; an empty list is any."""

    devices = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="ios, android, desktop"
    )
    countries = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Two letters, such as DE"
    )
    destination_url = serializers.CharField(max_length=2000)


class TagCountSerializer(serializers.Serializer[Any]):
    """A tag, and how many links in use have it."""

    tag = serializers.CharField()
    count = serializers.IntegerField()


class LinkSerializer(serializers.ModelSerializer[Link]):
    """A short link. `domain` is its host; without one the default domain is used."""

    domain = serializers.SlugRelatedField(
        slug_field="host", queryset=Domain.objects.filter(is_active=True), required=False
    )
    short_url = serializers.CharField(read_only=True)
    send_name = serializers.CharField(source="send.name", read_only=True, default=None)
    code = serializers.CharField(
        max_length=64, required=False, allow_blank=True, help_text="Empty: a random code is made"
    )

    tags = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Stored in lower case"
    )
    tap_limit = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="People's taps after which it leads to its fallback; machines never count",
    )
    targets = TargetSerializer(
        many=True, required=False, help_text="The first that fits the visitor wins"
    )

    class Meta:
        model = Link
        fields = (
            "id", "short_url", "domain", "code", "title", "tags", "status", "send", "send_name",
            "message", "destination_url", "utm_source", "utm_medium", "utm_campaign",
            "utm_content", "utm_term", "passes_query", "targets", "starts_at", "expires_at",
            "tap_limit", "limit_reached_at", "fallback_url", "archived_at", "imported_from",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "id", "status", "message", "limit_reached_at", "archived_at", "imported_from",
            "created_at", "updated_at",
        )  # fmt: skip
        validators: list[Any] = []  # the services say what is taken, with the address


class HopSerializer(serializers.Serializer[Any]):
    """One request on the way."""

    url = serializers.CharField()
    status = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField()
    onward = serializers.CharField(
        required=False,
        help_text="What led on from here: status, meta, script; target: not asked, others are sent",
    )


class ProblemSerializer(serializers.Serializer[Any]):
    """Something found on the way."""

    code = serializers.CharField()
    message = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning"])


class LinkCheckSerializer(serializers.ModelSerializer[LinkCheck]):
    """What one device met when it followed the link."""

    hops = HopSerializer(many=True)
    problems = ProblemSerializer(many=True)

    class Meta:
        model = LinkCheck
        fields = (
            "id", "device", "destination_url", "is_ok", "checked_at", "final_url", "final_status", "hops", "problems",
        )  # fmt: skip


class RecipientSerializer(serializers.Serializer[Any]):
    """One person of an audience."""

    phone = serializers.CharField()
    email = serializers.CharField(required=False)
    external_id = serializers.CharField(required=False)
    name = serializers.CharField(required=False)


class AudienceSerializer(serializers.Serializer[Any]):
    """An audience as JSON."""

    recipients = RecipientSerializer(many=True)


class RowResultSerializer(serializers.Serializer[Any]):
    """What became of one row, counted from 1."""

    row = serializers.IntegerField()
    status = serializers.ChoiceField([str(value) for value in RowStatus])
    message = serializers.CharField()


class UploadSerializer(serializers.Serializer[UploadResult]):
    """Counts, and what became of each row."""

    held_out = serializers.SerializerMethodField()
    new = serializers.SerializerMethodField()
    duplicate = serializers.SerializerMethodField()
    invalid = serializers.SerializerMethodField()
    opted_out = serializers.SerializerMethodField()
    results = RowResultSerializer(many=True)

    def get_new(self, result: UploadResult) -> int:
        """How many got a link."""
        return result.counts[RowStatus.NEW]

    def get_duplicate(self, result: UploadResult) -> int:
        """How many were there already."""
        return result.counts[RowStatus.DUPLICATE]

    def get_invalid(self, result: UploadResult) -> int:
        """How many rows cannot become a recipient."""
        return result.counts[RowStatus.INVALID]

    def get_opted_out(self, result: UploadResult) -> int:
        """How many must not be texted."""
        return result.counts[RowStatus.OPTED_OUT]

    def get_held_out(self, result: UploadResult) -> int:
        """How many get nothing, so that the send's effect shows."""
        return result.counts[RowStatus.HELD_OUT]


class AudienceUploadSerializer(serializers.ModelSerializer[AudienceUpload]):
    """A file on its way into the audience: `status` is waiting, running, done or failed."""

    new = serializers.IntegerField(source="new_count", read_only=True)
    duplicate = serializers.IntegerField(source="duplicate_count", read_only=True)
    invalid = serializers.IntegerField(source="invalid_count", read_only=True)
    opted_out = serializers.IntegerField(source="opted_out_count", read_only=True)
    held_out = serializers.IntegerField(source="held_out_count", read_only=True)
    has_results = serializers.SerializerMethodField(help_text="Whether results.csv is still there")

    class Meta:
        model = AudienceUpload
        fields = (
            "id", "send", "file_name", "status", "is_read", "total_rows", "row_count", "new",
            "duplicate", "invalid", "opted_out", "held_out", "problem", "has_results",
            "created_at", "started_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_has_results(self, upload: AudienceUpload) -> bool:
        """Whether the rows' results can be downloaded."""
        return bool(upload.results_file) and upload.is_over
