"""The door to the use cases of planning. Each lives in a module named after what it does."""

from campaigns.acknowledgements import (
    ErrorNotAcceptableError,
    ReasonMissingError,
    WarningNotFoundError,
    acknowledge_warning,
)
from campaigns.approvals import ApprovalRefusedError, approve_send
from campaigns.bulk_edit import edit_sends, move_sends
from campaigns.cloning import clone_send
from campaigns.message_replacing import NotReplaceableError, replace_message
from campaigns.proposed_texts import accept_text, change_live_text, decline_text
from campaigns.rate_card import RateCardRefusedError, record_rate_card_cost
from campaigns.send_moves import (
    TransitionNotAllowedError,
    TransitionRefusedError,
    blocking,
    transition_send,
    what_is_missing,
)
from campaigns.send_saving import (
    FROZEN_FIELDS,
    ConventionBrokenError,
    HoldoutFixedError,
    SendChangedMeanwhileError,
    SendFrozenError,
    SendNotDraftError,
    delete_send,
    save_send,
)
from campaigns.spend_import import record_spend
from campaigns.suppressions import suppress_phone

__all__ = [
    "FROZEN_FIELDS",
    "ApprovalRefusedError",
    "ConventionBrokenError",
    "ErrorNotAcceptableError",
    "HoldoutFixedError",
    "NotReplaceableError",
    "RateCardRefusedError",
    "ReasonMissingError",
    "SendChangedMeanwhileError",
    "SendFrozenError",
    "SendNotDraftError",
    "TransitionNotAllowedError",
    "TransitionRefusedError",
    "WarningNotFoundError",
    "accept_text",
    "acknowledge_warning",
    "approve_send",
    "blocking",
    "change_live_text",
    "clone_send",
    "decline_text",
    "delete_send",
    "edit_sends",
    "move_sends",
    "record_rate_card_cost",
    "record_spend",
    "replace_message",
    "save_send",
    "suppress_phone",
    "transition_send",
    "what_is_missing",
]
