"""Domains in the admin, and which of them a campaign's links go to."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from campaigns.admin import campaign_inlines
from campaigns.admin_base import (
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
    TextrailAdmin,
    TextrailStackedInline,
)
from links import services
from links.admin.domain_form import DomainForm
from links.domain_views import COLORS, domain_view, health_of
from links.models import CampaignDomain, Domain


@admin.register(Domain)
class DomainAdmin(RowActionsMixin, TextrailAdmin):
    """Branded hosts that serve short links, and how they are."""

    form = DomainForm
    list_display = ("host", "health", "certificate", "is_default", "link_count", "root_url")
    list_filter = ("is_active",)
    search_fields = ("host",)
    change_form_outer_before_template = "links/domain_page.html"
    fieldsets = (
        (None, {"fields": (("host", "scheme"), ("is_default", "is_active"))}),
        ("Addresses without a code", {"fields": ("root_url", "fallback_url", "icon_url")}),
        ("For robots and apps", {"fields": ("robots_txt", "well_known")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Domain]:
        """Count the links, and bring the last check along."""
        return Domain.objects.with_last_check().annotate(link_total=Count("links"))

    @display(description="Health", label=COLORS)
    def health(self, domain: Any) -> str:
        """How it is, in a word or two."""
        return health_of(
            is_active=domain.is_active,
            is_serving=domain.is_serving,
            is_verified=domain.verified_at is not None,
        )

    @display(description="Certificate until", ordering="certificate_ends_at", empty_value="–")
    def certificate(self, domain: Any) -> Any:
        """The day on which its certificate ends."""
        ends_at = domain.certificate_ends_at
        return f"{ends_at:%-d %B %Y}" if ends_at else None

    @display(description="Links", ordering="link_total")
    def link_count(self, domain: Any) -> int:
        """How many links it serves."""
        return int(domain.link_total)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A host with links stays: it stands in messages that were sent."""
        return ("host",) if obj is not None and obj.link_total else ()

    def save_model(self, request: HttpRequest, obj: Domain, form: Any, change: Any) -> None:
        """Store it and tell the redirectors."""
        services.save_domain(domain=obj, now=timezone.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a domain without links can go."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.links.exists())

    def row_actions(self, request: HttpRequest, obj: Any) -> list[RowAction]:
        """Look at it now."""
        return [RowAction("check", "Check now", _check_now, variant="primary")]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how it is and what to do above the form."""
        domain = self.get_object(request, object_id)
        shown = {"domain_view": domain_view(domain) if domain else None}
        page: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **shown}
        )
        return page


def _check_now(request: HttpRequest, domain: Domain) -> str:
    (check,) = services.check_domains(domains=[domain], now=timezone.now())
    if not check.is_serving:
        raise RowActionRefusedError([f"{domain} does not work yet. What was found stands below."])
    return f"{domain} works." + ("" if not check.problems else " See below what is left to do.")


class CampaignDomainFormSet(BaseInlineFormSet):
    """Named, because a relation without a way back names none."""

    @classmethod
    def get_default_prefix(cls) -> str:
        """Return what its fields' names begin with."""
        return "short_domain"


class CampaignDomainInline(TextrailStackedInline):
    """The domain of a campaign's new links, where it is not the default one."""

    model = CampaignDomain
    formset = CampaignDomainFormSet
    max_num = 1
    verbose_name_plural = "Domain of its short links"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the active domains."""
        if db_field.name == "domain":
            kwargs["queryset"] = Domain.objects.filter(is_active=True)
            kwargs["empty_label"] = "The default domain"
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


campaign_inlines.register(CampaignDomainInline)
