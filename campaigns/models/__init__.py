"""What a team plans to say: channels, naming conventions, campaigns, sends and their cost."""

from campaigns.models.access import ApiKey, IdempotentAnswer
from campaigns.models.governance import (
    AcknowledgedWarning,
    ProposedText,
    SendApproval,
    SendingPolicy,
)
from campaigns.models.naming import Channel, ConventionToken, NamingConvention, new_share_token
from campaigns.models.sends import (
    MOST_HELD_OUT,
    UTM_VALUE_PATTERN,
    Campaign,
    Message,
    Send,
    Suppression,
    planned_recipients,
)
from campaigns.models.spending import ExchangeRate, RateChange, Spend

__all__ = [
    "MOST_HELD_OUT",
    "UTM_VALUE_PATTERN",
    "AcknowledgedWarning",
    "ApiKey",
    "Campaign",
    "Channel",
    "ConventionToken",
    "ExchangeRate",
    "IdempotentAnswer",
    "Message",
    "NamingConvention",
    "ProposedText",
    "RateChange",
    "Send",
    "SendApproval",
    "SendingPolicy",
    "Spend",
    "Suppression",
    "new_share_token",
    "planned_recipients",
]
