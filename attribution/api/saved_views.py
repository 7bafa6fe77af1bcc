"""`saved-views`: reports with their switches, kept under a name."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request
from rest_framework.viewsets import ViewSetMixin

from attribution.api.reports import ReportRefusedError
from attribution.models import SavedView
from attribution.report_address import report_url
from attribution.reports.query import InvalidReportQueryError
from attribution.reports.registry import REPORT_PERMISSION, REPORTS, UnknownReportError
from attribution.saved_views import (
    KEPT,
    NotYourViewError,
    ViewRefusedError,
    change_view,
    delete_view,
    save_view,
)
from campaigns.api_base import ApiModelViewSet, acting_user


class NobodyActsError(APIException):
    """The API key was made by nobody, so a view would have no owner."""

    status_code = status.HTTP_403_FORBIDDEN
    default_code = "key-without-person"
    default_detail = (
        "This API key belongs to no person. Saved views need one: make a key in the admin."
    )


class SavedViewSerializer(serializers.ModelSerializer):
    """A view: its report, its parameters (texts, by the report's names) and where its page is."""

    report = serializers.ChoiceField(choices=sorted(REPORTS))
    parameters = serializers.DictField(child=serializers.CharField(allow_blank=True), default=dict)
    owner = serializers.CharField(source="owner.username", read_only=True)
    page = serializers.SerializerMethodField()

    class Meta:
        model = SavedView
        fields = (
            "id", "name", "report", "parameters", "is_shared", "is_default", "owner", "page",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "updated_at")
        validators: list[Any] = []

    def get_page(self, view: SavedView) -> str:
        """Return the path of the report's page with the view's parameters."""
        return report_url(view.report, {**view.parameters, "view": str(view.pk)})

    def validate_report(self, value: str) -> str:
        """Keep a view's report: its parameters mean nothing to another."""
        if self.instance is not None and value != self.instance.report:
            message = "A view stays with its report. Save a new view of the other one."
            raise serializers.ValidationError(message, code="report-is-fixed")
        return value

    def validate_parameters(self, value: dict[str, str]) -> dict[str, str]:
        """Refuse names no report knows, instead of losing them."""
        unknown = sorted(set(value) - set(KEPT))
        if unknown:
            message = f"“{unknown[0]}” is no parameter of a report; there are {', '.join(KEPT)}."
            raise serializers.ValidationError(message, code="unknown-parameter")
        return value


class SavedViewViewSet(ApiModelViewSet):
    """The views of the key's maker, and those that others share. Only its owner changes a view."""

    required_permission = REPORT_PERMISSION
    queryset = SavedView.objects.select_related("owner")
    serializer_class = SavedViewSerializer
    filterset_fields = ("report", "is_shared", "is_default")
    ordering_fields = ("id", "name", "updated_at")

    def get_queryset(self) -> QuerySet[SavedView]:
        """Keep what the person may see."""
        user = acting_user(self.request)
        views: QuerySet[SavedView] = super().get_queryset()
        return views.none() if user is None else views & SavedView.objects.visible_to(user)

    def perform_create(self, serializer: Any) -> None:
        """Save a view of the key's maker.

        Raises:
            NobodyActsError: the key has no maker.
            ValidationError: the name is taken, or a parameter cannot be used.
        """
        values = {"parameters": {}, **serializer.validated_data}
        owner = _person(self.request)
        serializer.instance = _refusing(
            lambda: save_view(owner=owner, now=timezone.now(), **values)
        )

    def perform_update(self, serializer: Any) -> None:
        """Change a view of one's own.

        Raises:
            PermissionDenied: it belongs to somebody else.
            ValidationError: the name is taken, or a parameter cannot be used.
        """
        values = {
            name: value for name, value in serializer.validated_data.items() if name != "report"
        }
        view, by = serializer.instance, _person(self.request)
        serializer.instance = _refusing(
            lambda: change_view(view=view, by=by, now=timezone.now(), **values)
        )

    def perform_destroy(self, instance: Any) -> None:
        """Delete a view of one's own, with the mails that bring it.

        Raises:
            PermissionDenied: it belongs to somebody else.
        """
        by = _person(self.request)
        _refusing(lambda: delete_view(view=instance, by=by))


def _person(request: Request) -> Any:
    user = acting_user(request)
    if user is None:
        raise NobodyActsError
    return user


def _refusing(act: Any) -> Any:
    """Run a use case; say its refusals in the API's words."""
    try:
        return act()
    except ViewRefusedError as error:
        message = serializers.ValidationError(str(error), code=error.code).detail
        raise serializers.ValidationError({error.field: message}) from error
    except InvalidReportQueryError as error:
        raise ReportRefusedError(error) from error
    except UnknownReportError as error:
        raise serializers.ValidationError({"report": [str(error)]}) from error
    except NotYourViewError as error:
        raise PermissionDenied(str(error)) from error


SAVED_VIEW_ROUTES: list[tuple[str, type[ViewSetMixin]]] = [("saved-views", SavedViewViewSet)]
