"""A choice that is searched with the page's script, and picked from the newest without it."""

from typing import Any, Final

from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError

_MOST_OFFERED: Final = 100


class NewestChoicesSelect(AutocompleteSelect):
    """The admin's autocomplete field, whose list is not empty where no script fills it."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the chosen row, then the newest; an empty choice first, so that one chooses."""
        groups = super().optgroups(name, [one for one in value if self._is_key(one)], attr)
        options = groups[0][1]
        chosen = {str(option["value"]) for option in options}
        if not chosen:
            options.append(self.create_option(name, "", "", selected=False, index=0))
        field: Any = self.choices.field
        newest = field.queryset.exclude(pk__in=chosen - {""}).order_by("-pk")[:_MOST_OFFERED]
        for number, row in enumerate(newest, start=len(options)):
            label = field.label_from_instance(row)
            options.append(
                self.create_option(name, str(row.pk), label, selected=False, index=number)
            )
        return groups

    def _is_key(self, value: Any) -> bool:
        """Say whether a row could have this key; looking for another raises."""
        try:
            self.field.target_field.to_python(value)
        except ValidationError:
            return False
        return True
