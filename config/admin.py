"""The admin site: one place, five rooms, in the order in which data flows."""

from unfold.sites import UnfoldAdminSite


class TextrailAdminSite(UnfoldAdminSite):
    """The site on which every app registers its pages."""
