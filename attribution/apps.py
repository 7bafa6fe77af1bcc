"""The application's entry in Django's registry."""

from django.apps import AppConfig


class AttributionConfig(AppConfig):
    """Names the application and, once ready, registers what it adds to its left."""

    name = "attribution"
    verbose_name = "Credit"

    def ready(self) -> None:
        """Show results on a send's page, credit on timelines, and what exclusions would move."""
        from attribution.exclusion_effects import effects_of_touches  # noqa: PLC0415
        from attribution.send_results import RESULTS_PANEL  # noqa: PLC0415  (models must be loaded)
        from attribution.touch_credit import credit_of_touches  # noqa: PLC0415
        from campaigns import send_page  # noqa: PLC0415
        from tracking.exclusions import register_effect  # noqa: PLC0415
        from tracking.timelines import register_credit  # noqa: PLC0415

        send_page.register(RESULTS_PANEL)
        register_credit(credit_of_touches)
        register_effect(effects_of_touches)
