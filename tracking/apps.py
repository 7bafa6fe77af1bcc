"""The application's entry in Django's registry."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """Names the application and registers what it adds to its left."""

    name = "tracking"
    verbose_name = "Track"

    def ready(self) -> None:
        """Register the channel prediction, its check of a send, and the panel “Taps”."""
        from campaigns import channel_oracle, preflight, send_page  # noqa: PLC0415  (models)
        from tracking import oracle_checks, services, tap_panel  # noqa: PLC0415

        channel_oracle.register(services.channel_predictor)
        preflight.register("channel", oracle_checks.channel_checks)
        send_page.register(tap_panel.PANEL)
