"""The application's entry in Django's registry."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Names the application and registers its own checks of a send."""

    name = "campaigns"
    verbose_name = "Plan"

    def ready(self) -> None:
        """Register what this app knows about a send before it goes live."""
        from campaigns import api_schema, plan_checks, preflight  # noqa: F401, PLC0415  (models must be loaded)

        preflight.register("plan", plan_checks.plan_checks)
