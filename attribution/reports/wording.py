"""Rules, reasons and goals in plain words. Pure."""

CONTACT_MODES = {
    "roles": "the deal's own contacts",
    "roles_else_company": "the deal's own contacts, or all of its company's where it has none",
    "company": "all contacts of the deal's company",
    "primary": "the deal's primary contact",
}
DATE_BASES = {
    "touch": "the day of the touch that earned the credit",
    "cohort": "the month of the touch that earned the credit",
    "outcome": "the day of the lead, of the deal's creation or of its close",
}
REASONS = {
    "no_contacts": "The deal has no contact we know",
    "no_touches": "No touch of its contacts was seen",
    "outside_lookback": "All touches are older than the lookback",
    "only_excluded_touches": "Only machine, staff or test touches",
    "no_amount": "No amount in the CRM",
    "no_date": "No date in the CRM",
    "no_rate": "No exchange rate for its currency",
    "not_won": "Refunds of deals that are not won",
    "too_large": "Amount too large to divide exactly",
    "withdrawn": "Deleted, reopened or taken back",
}
GOALS = {"lead": "Leads", "opportunity": "Opportunities", "win": "Wins", "refund": "Refunds"}


def reason_in_words(code: str) -> str:
    """Return why an amount is unattributed or excluded."""
    return REASONS.get(code, code.replace("_", " ").capitalize())


def lacks_in_words(
    what: str, *, without_amount: int, without_date: int, without_rate: int
) -> list[str]:
    """Return what the CRM itself lacks; `what` is “deal”, “lead” or “refund”."""
    lacks = (
        (
            without_amount,
            "no amount",
            ("it counts, its money is 0", "they count, their money is 0"),
        ),
        (without_date, "no date", ("it is excluded", "they are excluded")),
        (
            without_rate,
            "no exchange rate",
            ("its money is not converted", "their money is not converted"),
        ),
    )
    return [
        f"1 {what} has {lack}: {one}" if number == 1 else f"{number:,} {what}s have {lack}: {many}"
        for number, lack, (one, many) in lacks
        if number
    ]


def lookback_in_words(days: int | None) -> str:
    """Return a lookback window; None is lifetime."""
    return "lifetime" if days is None else f"{days} days"
