"""People: who they are, where they came from, their journey, and the evidence that joins them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.personal_data import may_see_personal_data
from tracking.identity import EdgeAlreadyRevokedError, revoke
from tracking.models import Identity, IdentityEdge, Person
from tracking.people import current_person
from tracking.querysets import PersonQuerySet
from tracking.shown_identities import identity_labels, shown_name
from tracking.timelines import timeline_of

NAMING_KINDS = ("email", "phone", "crm")
MAY_REVOKE = "tracking.change_identityedge"


class KnownByFilter(admin.SimpleListFilter):
    """By what a person is known."""

    title = "known by"
    parameter_name = "known_by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("name", "A name, number or address"), *Identity.Kind.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        """Keep people with such an identity."""
        if not self.value():
            return queryset
        kinds = NAMING_KINDS if self.value() == "name" else (self.value(),)
        people = Identity.objects.filter(kind__in=kinds).values("person")
        return queryset.filter(pk__in=people)


@admin.register(Person)
class PersonAdmin(ReadOnlyTextrailAdmin):
    """People."""

    list_display = ("name", "known_by", "original_channel", "origin", "originated_at")
    list_filter = (
        KnownByFilter,
        ("original_channel", RelatedDropdownFilter),
        ("original_send", RelatedDropdownFilter),
        ("originated_at", RangeDateTimeFilter),
    )
    list_select_related = ("original_channel", "original_send")
    search_help_text = "Search by a whole e-mail address or phone number"
    search_fields = ("pk",)
    change_form_outer_before_template = "tracking/person_page.html"
    fieldsets = (
        (
            "Where the lead came from",
            {
                "fields": (
                    "originated_at",
                    ("original_channel", "original_campaign", "original_send"),
                    ("original_utm_source", "original_utm_medium", "original_utm_campaign"),
                    ("original_utm_content", "original_utm_term"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Leave out people who were joined to others, except when one is opened by its id."""
        people: PersonQuerySet = super().get_queryset(request).prefetch_related("identities")
        people = people.annotate(unmasked=Value(may_see_personal_data(request.user)))
        return people if "object_id" in _kwargs(request) else people.present()

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Person | None:
        """Name the person as whoever looks may see it."""
        person: Person | None = super().get_object(request, object_id, from_field)
        if person is not None:
            unmasked = may_see_personal_data(request.user)
            person.shown_as = shown_name(person.identities.all(), unmasked=unmasked)
        return person

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        """Find whole values only, and only for whoever may see them."""
        term = search_term.strip().casefold()
        if not term:
            return queryset, False
        if not may_see_personal_data(request.user):
            messages.warning(request, "Searching people needs the right to see personal data.")
            return queryset.none(), False
        digits = "+" + "".join(filter(str.isdigit, term))
        found = Identity.objects.filter(Q(value=term) | Q(kind="phone", value=digits))
        return queryset.filter(pk__in=found.values("person")), False

    @display(description="Person", header=True)
    def name(self, person: Any) -> list[str]:
        """Return what the person is called over since when."""
        return [
            shown_name(person.identities.all(), unmasked=person.unmasked),
            f"first seen {person.created_at:%-d %b %Y}",
        ]

    @display(description="Known by")
    def known_by(self, person: Person) -> str:
        """Return the kinds of identities."""
        kinds = dict.fromkeys(one.get_kind_display() for one in person.identities.all())
        return ", ".join(kinds)

    @display(description="Originating campaign", ordering="original_utm_campaign")
    def origin(self, person: Person) -> str:
        """Return the send, else the tagged campaign."""
        return str(person.original_send or person.original_utm_campaign or "–")

    def get_urls(self) -> list[URLPattern]:
        """Add the address the revoke buttons post to."""
        view = require_POST(self.admin_site.admin_view(self._revoke))
        return [
            path("<uuid:person_id>/revoke/<uuid:edge_id>/", view, name="tracking_person_revoke"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the journey, the identities and the evidence above the fields."""
        person = self.get_object(request, object_id)
        if person is None:
            return super().change_view(request, object_id, form_url, extra_context)
        if person.merged_into:
            messages.info(request, "This person was joined to the one shown here.")
            return redirect("admin:tracking_person_change", current_person(person).pk)
        return super().change_view(
            request, object_id, form_url, _page(request, person) | (extra_context or {})
        )

    def _revoke(self, request: HttpRequest, person_id: Any, edge_id: Any) -> HttpResponse:
        if not request.user.has_perm(MAY_REVOKE):
            raise PermissionDenied
        edge = get_object_or_404(IdentityEdge, pk=edge_id)
        reason = request.POST.get("reason", "").strip() or f"by {request.user}"
        try:
            revoke(edge=edge, reason=reason, now=timezone.now())
        except EdgeAlreadyRevokedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _what_happened(edge))
        return redirect("admin:tracking_person_change", person_id)


def _kwargs(request: HttpRequest) -> dict[str, Any]:
    return request.resolver_match.kwargs if request.resolver_match else {}


def _what_happened(edge: IdentityEdge) -> str:
    if edge.a.person_id == edge.b.person_id:
        return "The link is taken away. Other evidence still joins the two."
    return "Taken apart: these are two people now. Credit follows in a moment."


def _page(request: HttpRequest, person: Person) -> dict[str, Any]:
    identities = list(person.identities.all())
    labels = identity_labels(identities, unmasked=may_see_personal_data(request.user))
    edges = IdentityEdge.objects.filter(Q(a__in=identities) | Q(b__in=identities)).select_related(
        "a", "b"
    )
    return {
        "person": person,
        "timeline": timeline_of(person)[::-1],
        "identities": [(one, labels[one.pk]) for one in identities],
        "edges": [
            (
                edge,
                labels.get(edge.a_id, "now somebody else"),
                labels.get(edge.b_id, "now somebody else"),
            )
            for edge in edges
        ],
        "may_revoke": request.user.has_perm(MAY_REVOKE),
    }
