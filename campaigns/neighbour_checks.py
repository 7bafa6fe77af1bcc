"""What other sends mean for one: a name nearly the same, the same people within a few days."""

from datetime import datetime

from campaigns.collisions import collisions_of
from campaigns.models import Send
from campaigns.plan_checks import page_of
from campaigns.preflight import CheckResult, Level
from campaigns.similar_names import similar_sends


def neighbour_checks(send: Send, now: datetime) -> list[CheckResult]:
    """Return warnings about other sends; none once this one is out."""
    if send.status not in {Send.Status.DRAFT, Send.Status.READY}:
        return []
    page = page_of(send)
    return [
        *(
            CheckResult(
                f"name-{found.rule}",
                Level.WARNING,
                f"The campaign name is easily confused: {found}",
                f"{page}#id_utm_campaign",
            )
            for found in similar_sends(send.utm_campaign, exclude=send)
        ),
        *(
            CheckResult(
                "collision",
                Level.WARNING,
                f"The same people get two sends: {found.words}.",
                f"{page}#id_scheduled_at_0",
            )
            for found in collisions_of(send)
        ),
    ]
