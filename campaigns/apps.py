"""The application's entry in Django's registry."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Names the application and, once ready, registers what it adds to its left."""

    name = "campaigns"
    verbose_name = "Plan"
