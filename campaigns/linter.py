"""Judge links by a stored version of a naming convention."""

import datetime

from campaigns import channel_oracle
from campaigns.convention_faults import faults_of
from campaigns.convention_rules import Convention
from campaigns.link_extraction import Found
from campaigns.link_lint import Report, lint
from campaigns.models import NamingConvention
from campaigns.published_rules import rules_of


class ConventionUnusableError(Exception):
    """A draft contradicts itself, so nothing can be judged by it."""


def usable_rules(convention: NamingConvention, *, today: datetime.date) -> Convention:
    """Return a version's rules; a draft's too, so that it can be tried on links that exist.

    Raises:
        ConventionUnusableError: no values could follow them.
    """
    rules = rules_of(convention, today=today)
    if convention.status == NamingConvention.Status.DRAFT:
        faults = faults_of(rules)
        if faults:
            raise ConventionUnusableError(f"This draft cannot be used yet. {' '.join(faults)}")
    return rules


def lint_links(*, found: Found, convention: NamingConvention, today: datetime.date) -> Report:
    """Return the verdict on every link that was found.

    Raises:
        ConventionUnusableError: the version is a draft that contradicts itself.
    """
    rules = usable_rules(convention, today=today)
    return lint(found.links, rules, channel_oracle.predictor())
