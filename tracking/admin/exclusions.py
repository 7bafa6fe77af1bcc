"""Own staff and test traffic: the list, with what an entry would touch before it is stored."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import display

from campaigns.admin_base import TextrailAdmin
from tracking.exclusions import (
    InvalidExclusionError,
    check_exclusion,
    normalised,
    preview,
    remove_exclusion,
    save_exclusion,
)
from tracking.models import TrafficExclusion

_SEEN = "_seen"


class ExclusionForm(forms.ModelForm):
    """A mark of our own people. A stored one keeps what it is; its reason and days may change."""

    class Meta:
        model = TrafficExclusion
        fields = ("kind", "value", "reason", "note", "starts_at", "ends_at")

    def clean(self) -> dict[str, Any]:
        """Bring the value into the form in which it is compared."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            if cleaned.get("value") and cleaned.get("kind"):
                cleaned["value"] = normalised(cleaned["kind"], cleaned["value"])
            known = {name: cleaned.get(name) for name in ("kind", "value") if name in self.fields}
            found = TrafficExclusion(
                pk=self.instance.pk,
                kind=known.get("kind") or self.instance.kind,
                value=known.get("value") or self.instance.value,
                starts_at=cleaned.get("starts_at"),
                ends_at=cleaned.get("ends_at"),
            )
            check_exclusion(found)
        except InvalidExclusionError as error:
            field = error.field if error.field in self.fields else None
            raise ValidationError({field or "__all__": str(error)}) from error
        return cleaned


@admin.register(TrafficExclusion)
class TrafficExclusionAdmin(TextrailAdmin):
    """Whose touches earn nothing."""

    form = ExclusionForm
    list_display = ("shown", "kind", "reason", "note", "starts_at", "ends_at")
    list_filter = ("kind", "reason")
    search_fields = ("value", "note")
    actions = None
    fieldsets = ((None, {"fields": ("kind", "value", ("reason", "note"), "starts_at", "ends_at")}),)

    @display(description="Value", ordering="value")
    def shown(self, exclusion: TrafficExclusion) -> str:
        """Return the value; of a hashed address its first digits."""
        return exclusion.shown_value

    def get_readonly_fields(
        self, request: HttpRequest, obj: TrafficExclusion | None = None
    ) -> tuple[str, ...]:
        """A stored entry stays about the same person."""
        return ("kind", "shown") if obj is not None else ()

    def get_fieldsets(self, request: HttpRequest, obj: TrafficExclusion | None = None) -> Any:
        """Show a stored address by its first digits only."""
        if obj is None:
            return self.fieldsets
        return ((None, {"fields": ("kind", "shown", ("reason", "note"), "starts_at", "ends_at")}),)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show what an entry would touch before it is stored."""
        if request.method == "POST" and _SEEN not in request.POST:
            obj = self.get_object(request, object_id) if object_id else None
            form = self.get_form(request, obj)(request.POST, instance=obj)
            if self._may_store(request, obj) and form.is_valid():
                return self._preview(request, form.save(commit=False))
        return super().changeform_view(request, object_id, *args, **kwargs)

    def _may_store(self, request: HttpRequest, obj: TrafficExclusion | None) -> bool:
        if obj is None:
            return bool(self.has_add_permission(request))
        return bool(self.has_change_permission(request, obj))

    def _preview(self, request: HttpRequest, exclusion: TrafficExclusion) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": f"Exclude {exclusion.shown_value}",
            "opts": self.opts,
            "exclusion": exclusion,
            "preview": preview(exclusion),
            "fields": [
                (name, text)
                for name in request.POST
                for text in request.POST.getlist(name)
                if name != "csrfmiddlewaretoken"
            ],
        }
        return TemplateResponse(request, "tracking/exclusion_preview.html", context)

    def save_model(
        self, request: HttpRequest, obj: TrafficExclusion, form: Any, change: Any
    ) -> None:
        """Store it and mark the touches."""
        moved = save_exclusion(exclusion=obj, now=timezone.now())
        messages.info(request, f"The touches of {moved:,} people changed; credit follows.")

    def delete_model(self, request: HttpRequest, obj: TrafficExclusion) -> None:
        """Take it away and let the touches count again."""
        moved = remove_exclusion(exclusion=obj, now=timezone.now())
        messages.info(request, f"The touches of {moved:,} people count again; credit follows.")
