"""The filters by which a report's figure opens a list: the entries or the deals behind it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse

from attribution.entry_filters import (
    NAMES,
    TOUCHED,
    UnreadableFilterError,
    deals_touched,
    entries_behind,
)
from attribution.reports.columns import shown_count
from attribution.reports.metrics import counted
from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.money import display_amount


class _FigureFilter(admin.ListFilter):
    """Takes several names of an address at once, and shows what it took as one choice."""

    template = "attribution/ledger/figure_filter.html"
    names: Sequence[str] = ()

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.asked: dict[str, str] = {}
        for name in self.names:
            if name in params:
                value = params.pop(name)
                self.asked[name] = value[-1] if isinstance(value, list) else value

    def has_output(self) -> bool:
        """Stand in the list's filters only where something was asked: nobody types this."""
        return bool(self.asked)

    def expected_parameters(self) -> list[str | None]:
        """Return the names, so that the list knows them."""
        return list(self.names)

    def choices(self, changelist: Any) -> Any:
        """Offer to show all again."""
        yield {"query_string": changelist.get_query_string(remove=list(self.names))}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what stands behind the figure.

        Raises:
            IncorrectLookupParameters: a value cannot be read; the list says so and shows all.
        """
        try:
            return self.keep(queryset)
        except UnreadableFilterError as error:
            messages.error(request, str(error))
            raise IncorrectLookupParameters from error

    def keep(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows behind the figure."""
        raise NotImplementedError


class EntriesBehindFigure(_FigureFilter):
    """The ledger's entries that sum to a figure."""

    title = "behind a figure"
    names = NAMES

    def keep(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the entries."""
        return entries_behind(queryset, self.asked)


class DealsTouched(_FigureFilter):
    """The deals that touches of a channel, send, … had a part in."""

    title = "touched by"
    names = (*TOUCHED, "rule")

    def keep(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the deals."""
        return deals_touched(queryset, self.asked)


class SumsFigure(ReadOnlyTextrailAdmin):
    """Says above a list of entries what they sum to. Mix in before the list's own class."""

    list_before_template = "attribution/ledger/figure_sum.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add up the entries behind a figure: one query, and none for the whole ledger."""
        answer = super().changelist_view(request, extra_context)
        changes = getattr(answer, "context_data", {}).get("cl")
        if changes is not None and any(name in request.GET for name in NAMES):
            sums = changes.queryset.order_by().aggregate(
                number=Count("pk"), amount=Sum("amount_minor"), micro=Sum("count_micro")
            )
            answer.context_data["figure"] = {
                "number": sums["number"],
                "amount": display_amount(sums["amount"] or 0, settings.REPORTING_CURRENCY),
                "count": shown_count(counted(sums["micro"] or 0)),
            }
        return answer
