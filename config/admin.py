"""The admin site: one place, five rooms, in the order in which data flows."""

from django.urls import URLPattern
from unfold.sites import UnfoldAdminSite


class TextrailAdminSite(UnfoldAdminSite):
    """The site on which every app registers its pages."""

    def extra_urls(self) -> list[URLPattern]:
        """Add the pages that belong to no model: the reports, the evidence, the checklist."""
        from attribution.admin.checklist_page import checklist_url  # noqa: PLC0415
        from attribution.admin.evidence import evidence_urls  # noqa: PLC0415
        from attribution.admin.report_pages import page_urls  # noqa: PLC0415 - needs the registry
        from campaigns.admin import pages  # noqa: PLC0415

        own = [*page_urls(self), *evidence_urls(self), checklist_url(self)]
        return [*pages.page_urls(self), *own]
