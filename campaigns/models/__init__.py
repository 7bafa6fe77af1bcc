"""What a team plans to say: channels, naming conventions, campaigns, sends and their cost."""

from campaigns.models.access import ApiKey, IdempotentAnswer
from campaigns.models.governance import AcknowledgedWarning, SendApproval, SendingPolicy
from campaigns.models.naming import Channel, ConventionToken, NamingConvention, new_share_token
from campaigns.models.sends import UTM_VALUE_PATTERN, Campaign, Message, Send, Suppression
from campaigns.models.spending import ExchangeRate, Spend

__all__ = [
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
    "Send",
    "SendApproval",
    "SendingPolicy",
    "Spend",
    "Suppression",
    "new_share_token",
]
