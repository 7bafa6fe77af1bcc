"""A statement's money and gaps in words, for the page and the terminal. Pure."""

from attribution.reports.statement import Line, Statement
from attribution.reports.wording import lacks_in_words
from campaigns.money import display_amount


def line_money(line: Line, statement: Statement, currency: str) -> str:
    """Return a line's money: `$110.01`, and `CHF 9,687.57 not converted` where there is no rate.

    `currency` is the reporting currency, the one of the line's amount.
    """
    converted = display_amount(line.amount_minor, currency)
    if not line.unconverted_minor:
        return converted
    source = f"{display_amount(line.unconverted_minor, statement.currency)} not converted"
    return f"{converted} + {source}" if line.amount_minor else source


def lacks_of(statement: Statement) -> list[str]:
    """Return what the CRM's deals or leads lack; a lead needs no amount."""
    crm, is_lead = statement.crm, statement.goal == "lead"
    return lacks_in_words(
        statement.goal if statement.goal in {"lead", "refund"} else "deal",
        without_amount=0 if is_lead else crm.without_amount,
        without_date=crm.without_date,
        without_rate=crm.without_rate,
    )
