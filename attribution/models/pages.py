"""Rows of other apps as pages of the admin that credit has something to say about."""

from campaigns.models import Send
from crm_sync.models import Deal


class SendPerformance(Send):
    """The single report as a page of the admin."""

    class Meta:
        proxy = True
        verbose_name = "send report"
        verbose_name_plural = "send report"


class DealJourney(Deal):
    """A deal with its touches of all channels on one timeline."""

    class Meta:
        proxy = True
        verbose_name = "deal journey"
        verbose_name_plural = "deal journeys"
