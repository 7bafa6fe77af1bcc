"""The list of free mailboxes can be compared with a domain as the CRM gives it."""

from attribution.free_mail import FREE_MAIL_DOMAINS


def test_domains_are_lower_case_and_bare() -> None:
    assert all(d == d.lower().strip() and "@" not in d and "." in d for d in FREE_MAIL_DOMAINS)


def test_the_large_providers_are_there_and_companies_are_not() -> None:
    assert {"gmail.com", "outlook.com", "yahoo.com", "gmx.de"} <= FREE_MAIL_DOMAINS
    assert "acme.example" not in FREE_MAIL_DOMAINS
