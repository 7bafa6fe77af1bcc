"""What was and will be written to the CRM's contacts."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import action, display

from campaigns.admin_base import ReadOnlyTextrailAdmin
from crm_sync.models import WriteBack
from crm_sync.write_backs import WriteBackNotRefusedError, retry_write_back

_COLOURS = {
    "Waiting": "info",
    "Being written": "info",
    "Written": "success",
    "Refused by the CRM": "danger",
}


@admin.register(WriteBack)
class WriteBackAdmin(ReadOnlyTextrailAdmin):
    """The outbox: the origin of each lead, on its way into fields of its own."""

    list_display = ("contact", "campaign", "state", "attempts", "next_attempt_at", "written_at")
    list_filter = ("status", "contact__connection")
    list_select_related = ("contact",)
    search_fields = ("contact__name",)
    fields = (
        "contact", "state", "shown_values", "attempts", "next_attempt_at", "written_at", "error"
    )  # fmt: skip
    readonly_fields = ("state", "shown_values")
    actions = ("try_again",)

    @display(description="State", label=_COLOURS)
    def state(self, row: WriteBack) -> str:
        """Return how far the delivery is."""
        return row.get_status_display()

    @display(description="Originating campaign")
    def campaign(self, row: WriteBack) -> str:
        """Return the campaign that is written."""
        return next((v for k, v in row.values.items() if k.endswith("campaign") and v), "–")

    @display(description="Values")
    def shown_values(self, row: WriteBack) -> str:
        """Return what is written, property by property."""
        return ", ".join(f"{name}: {value or '–'}" for name, value in row.values.items())

    @action(description="Try again now", permissions=["work"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[WriteBack]) -> None:
        """Put refused deliveries back into the outbox."""
        count = 0
        for row in queryset.select_related("contact"):
            try:
                retry_write_back(write_back=row, now=timezone.now())
                count += 1
            except WriteBackNotRefusedError as error:
                messages.warning(request, f"{row.contact}: {error}")
        if count:
            messages.success(request, f"{count:,} will be written again within a minute.")

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Say who may retry."""
        return bool(request.user.has_perm("crm_sync.change_writeback"))
