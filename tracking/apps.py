"""The application's entry in Django's registry."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate  # noqa: TID251 - Django's own hook


class TrackingConfig(AppConfig):
    """Names the application and registers what it adds to its left."""

    name = "tracking"
    verbose_name = "Track"

    def ready(self) -> None:
        """Register the prediction, its check and the taps on pages; make partitions on migrating."""
        from campaigns import channel_oracle, preflight, send_page  # noqa: PLC0415  (models)
        from links import link_columns, link_page  # noqa: PLC0415
        from tracking import link_taps, oracle_checks, services, tap_panel  # noqa: PLC0415

        channel_oracle.register(services.channel_predictor)
        preflight.register("channel", oracle_checks.channel_checks)
        send_page.register(tap_panel.PANEL)
        link_page.register(link_taps.PANEL)
        link_columns.register(link_taps.COLUMN)
        post_migrate.connect(_make_partitions, sender=self)


def _make_partitions(**signal: Any) -> None:
    """Make the months' partitions, where the migrations have come so far."""
    from django.utils import timezone  # noqa: PLC0415

    from tracking import partitions  # noqa: PLC0415

    if partitions.is_partitioned():
        partitions.make_partitions(now=timezone.now())
