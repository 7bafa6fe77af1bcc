"""Recipients' links in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.personal_data import may_see_personal_data, shown_email, shown_phone
from links.admin_filters import RecipientSendFilter
from links.link_pages import send_and_version
from links.models import RecipientLink


@admin.register(RecipientLink)
class RecipientLinkAdmin(ReadOnlyTextrailAdmin):
    """Who got which link. Numbers and addresses are masked for whoever may not see them."""

    list_filter = (RecipientSendFilter,)
    list_select_related = ("link__domain", "link__send", "link__message")

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """Show what this user may see."""
        return (*_personal_columns(request), "name", "short_link", "send_name", "created_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Show what this user may see."""
        return (*_personal_columns(request), "name", "external_id", "short_link", "send_name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Everything is read only."""
        return self.get_fields(request, obj)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search by number or e-mail only where they may be seen."""
        allowed = may_see_personal_data(request.user)
        return ("phone", "email", "name", "suffix") if allowed else ("name", "suffix")

    @display(description="Short link")
    def short_link(self, recipient: RecipientLink) -> str:
        """This recipient's own address."""
        return recipient.short_url

    @display(description="Send", ordering="link__send__name", empty_value="No send")
    def send_name(self, recipient: RecipientLink) -> str | None:
        """The send it belongs to, with the version, and whether that was replaced."""
        return send_and_version(recipient.link)


def _personal_columns(request: HttpRequest) -> tuple[Any, Any]:
    """Return columns bound to this request's user: Django hands columns only the row."""

    @display(description="Phone")
    def phone(recipient: RecipientLink) -> str:
        return shown_phone(request.user, recipient.phone) or "Erased"

    @display(description="E-mail", empty_value="None given")
    def email(recipient: RecipientLink) -> str | None:
        return shown_email(request.user, recipient.email) or None

    return phone, email
