"""The application's entry in Django's registry."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Names the application and registers its own checks of a send."""

    name = "campaigns"
    verbose_name = "Plan"

    def ready(self) -> None:
        """Register what this app knows about a send before it goes live."""
        from campaigns import api_schema, preflight, send_page  # noqa: F401, PLC0415  (models must be loaded)
        from campaigns.history_panel import SEND_PANEL  # noqa: PLC0415
        from campaigns.neighbour_checks import neighbour_checks  # noqa: PLC0415
        from campaigns.plan_checks import plan_checks  # noqa: PLC0415
        from campaigns.policy_checks import policy_checks  # noqa: PLC0415
        from campaigns.spend_panel import SPEND_PANEL  # noqa: PLC0415

        send_page.register(SPEND_PANEL)
        send_page.register(SEND_PANEL)
        preflight.register("plan", plan_checks)
        preflight.register("policy", policy_checks)
        preflight.register("neighbours", neighbour_checks)
