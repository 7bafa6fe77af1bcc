"""The application's entry in Django's registry."""

from django.apps import AppConfig


class LinksConfig(AppConfig):
    """Names the application and, once ready, registers what it adds to its left."""

    name = "links"
    verbose_name = "Links"

    def ready(self) -> None:
        """Follow sends, check them before they go live, and show their links on their page."""
        from campaigns import preflight, send_followers, send_page  # noqa: PLC0415
        from links.link_pages import SEND_PANEL  # noqa: PLC0415  (models must be loaded)
        from links.send_preflight import check_send_links  # noqa: PLC0415
        from links.services import sync_send_links  # noqa: PLC0415

        send_followers.register("links", sync_send_links)
        preflight.register("links", check_send_links)
        send_page.register(SEND_PANEL)
