"""How a message reaches us: branded domains, short links and the proof that they work."""

from links.models.checks import CheckRun, LinkAlert, LinkCheck
from links.models.domains import CampaignDomain, Domain, DomainCheck, new_verification_token
from links.models.links import Link, RemovedLink
from links.models.recipients import AudienceUpload, HeldOutRecipient, RecipientLink
from links.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "AudienceUpload",
    "CampaignDomain",
    "CheckRun",
    "Domain",
    "DomainCheck",
    "HeldOutRecipient",
    "Link",
    "LinkAlert",
    "LinkCheck",
    "RecipientLink",
    "RemovedLink",
    "WebhookDelivery",
    "WebhookEndpoint",
    "new_verification_token",
]
