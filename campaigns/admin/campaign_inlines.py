"""The registry of what apps to the right add to a campaign's page, to be edited there."""

from campaigns.admin_base import TextrailStackedInline

_inlines: list[type[TextrailStackedInline]] = []


def register(inline: type[TextrailStackedInline]) -> None:
    """Add rows below a campaign's form."""
    _inlines.append(inline)


def inlines() -> tuple[type[TextrailStackedInline], ...]:
    """Return what was added, in that order."""
    return tuple(_inlines)
