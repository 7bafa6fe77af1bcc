"""The application's entry in Django's registry."""

from django.apps import AppConfig


class LinksConfig(AppConfig):
    """Names the application and, once ready, registers what it adds to its left."""

    name = "links"
    verbose_name = "Links"

    def ready(self) -> None:
        """Follow sends, check them before they go live, and show their links on their page."""
        from campaigns import (  # noqa: PLC0415
            audience_overlaps,
            divided_audiences,
            preflight,
            send_followers,
            send_page,
            short_links,
        )
        from links import send_addresses  # noqa: PLC0415
        from links.alert_panel import ALERT_PANEL  # noqa: PLC0415
        from links.audience import count_people  # noqa: PLC0415
        from links.audience_overlap import count_shared_recipients  # noqa: PLC0415
        from links.audience_panel import AUDIENCE_PANEL  # noqa: PLC0415
        from links.domain_preflight import check_send_domains  # noqa: PLC0415
        from links.link_pages import SEND_PANEL  # noqa: PLC0415  (models must be loaded)
        from links.send_preflight import check_send_links  # noqa: PLC0415
        from links.services import sync_send_links  # noqa: PLC0415

        send_followers.register("links", sync_send_links)
        audience_overlaps.register("links", count_shared_recipients)
        divided_audiences.register("links", count_people)
        preflight.register("links", check_send_links)
        preflight.register("domains", check_send_domains)
        send_page.register(ALERT_PANEL)
        send_page.register(SEND_PANEL)
        send_page.register(AUDIENCE_PANEL)
        short_links.register(send_addresses.addresses_of, send_addresses.address_to_come)
