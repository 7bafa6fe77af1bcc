"""Recipients' links, and people held out, in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.personal_data import may_see_personal_data, shown_email, shown_phone
from links.admin.audience_pages import AudiencePagesMixin
from links.admin_filters import RecipientSendFilter, SendFilter
from links.link_pages import send_and_version
from links.models import HeldOutRecipient, RecipientLink


class PeopleAdmin(ReadOnlyTextrailAdmin):
    """People of audiences. Numbers and addresses are masked for whoever may not see them."""

    own_columns: tuple[str, ...] = ()
    own_search: tuple[str, ...] = ()

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """Show what this user may see."""
        return (*_personal_columns(request), "name", *self.own_columns, "created_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Show what this user may see."""
        return (*_personal_columns(request), "name", "external_id", *self.own_columns)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Everything is read only."""
        return self.get_fields(request, obj)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search by number or e-mail only where they may be seen."""
        personal = ("phone", "email") if may_see_personal_data(request.user) else ()
        return (*personal, "name", *self.own_search)


@admin.register(RecipientLink)
class RecipientLinkAdmin(AudiencePagesMixin, PeopleAdmin):
    """Who got which link."""

    class Media:
        css = {"all": ("links/links.css",)}
        js = ("links/links.js",)

    list_filter = (RecipientSendFilter,)
    list_select_related = ("link__domain", "link__send", "link__message")
    own_columns = ("short_link", "send_name")
    own_search = ("suffix",)

    @display(description="Short link")
    def short_link(self, recipient: RecipientLink) -> SafeString:
        """This recipient's own address, to be copied."""
        return render_to_string("links/_short_link.html", {"url": recipient.short_url})

    @display(description="Send", ordering="link__send__name", empty_value="No send")
    def send_name(self, recipient: RecipientLink) -> str | None:
        """The send it belongs to, with the version, and whether that was replaced."""
        return send_and_version(recipient.link)


@admin.register(HeldOutRecipient)
class HeldOutRecipientAdmin(PeopleAdmin):
    """Who gets nothing of a send, so that its effect shows."""

    list_filter = (SendFilter,)
    list_select_related = ("send",)
    own_columns = ("send_name",)

    @display(description="Held out of", ordering="send__name")
    def send_name(self, person: HeldOutRecipient) -> str:
        """The send."""
        return person.send.name


def _personal_columns(request: HttpRequest) -> tuple[Any, Any]:
    """Return columns bound to this request's user: Django hands columns only the row."""

    @display(description="Phone")
    def phone(person: RecipientLink | HeldOutRecipient) -> str:
        return shown_phone(request.user, person.phone) or "Erased"

    @display(description="E-mail", empty_value="None given")
    def email(person: RecipientLink | HeldOutRecipient) -> str | None:
        return shown_email(request.user, person.email) or None

    return phone, email
