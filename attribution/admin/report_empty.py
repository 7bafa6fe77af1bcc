"""What a report's page says where there are no rows, and what to do next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Empty:
    """The words of an empty report; `view` is the admin page that helps."""

    icon: str
    title: str
    text: str
    view: str = ""
    action: str = ""


_NO_CREDIT = Empty(
    "hub",
    "No touch has earned credit here yet",
    "Credit appears a few seconds after a contact of a deal has tapped a link and the CRM was "
    "synced. If it should be there, choose a longer stretch of days.",
    "crm_sync_connection_changelist",
    "Look at the CRM connections",
)
_EMPTY = {
    "sends": Empty(
        "sms",
        "No send has gone out yet",
        "Plan a send, check its links and set it live. Its taps, leads and revenue appear here by themselves.",
        "campaigns_send_add",
        "Plan a send",
    ),
    "channels": Empty(
        "hub",
        "No channel has cost or earned anything yet",
        "Channels appear as soon as their touches earn credit or their spend is recorded.",
        "campaigns_spend_changelist",
        "Record spend",
    ),
    "changes": Empty(
        "history",
        "Nothing was posted in this time",
        "The figures of both moments are the same. Choose an earlier beginning.",
    ),
    "data-quality": Empty(
        "verified",
        "Nothing is wrong with the data",
        "Every deal has its contacts, amount, date and rate. This page fills by itself when that changes.",
    ),
}


def empty_of(name: str) -> Empty:
    """Return the words of a report."""
    return _EMPTY.get(name, _NO_CREDIT)
