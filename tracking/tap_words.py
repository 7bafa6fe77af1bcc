"""Why a tap got its grade, in words."""

from tracking.bots import Reason

REASONS = {
    Reason.HEAD_REQUEST.value: "Asked for the headers only",
    Reason.LINK_CHECK.value: "Our own link check",
    Reason.PREFETCH.value: "A browser fetched it in advance",
    Reason.NO_USER_AGENT.value: "Did not say what it is",
    Reason.PREVIEW.value: "A message preview",
    Reason.SCANNER.value: "A security scanner",
    Reason.HTTP_TOOL.value: "A program, not a browser",
    Reason.CRAWLER.value: "A crawler",
    Reason.BURST.value: "Opened many links at once",
    Reason.AT_DELIVERY.value: "Opened the moment it was delivered",
    Reason.BROWSER.value: "An ordinary browser",
    Reason.UNKNOWN_AGENT.value: "Something we do not know",
}


def reason_words(reason: str) -> str:
    """Return a reason as people read it."""
    return REASONS.get(reason, reason.replace("_", " ").capitalize())
