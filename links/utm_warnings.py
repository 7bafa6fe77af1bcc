"""What the naming conventions say of a link's UTM values. A warning only: no send goes out by it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import timezone

from campaigns.conventions import Violation, check
from campaigns.models import NamingConvention
from campaigns.published_rules import rules_of

Judge = Callable[[Mapping[str, str]], tuple[Violation, ...]]


def utm_judge(*, now: datetime) -> Judge:
    """Return a function that names what is wrong with UTM values. Costs two queries, once.

    Values that keep to any channel's convention are right; else the nearest convention speaks.
    A link without any values lacks them as a whole. Where nothing is published, nothing is wrong.
    """
    published = NamingConvention.objects.published().select_related("channel")
    today = timezone.localdate(now)
    rules = [rules_of(each, today=today) for each in published.prefetch_related("tokens")]

    def judge(utm: Mapping[str, str]) -> tuple[Violation, ...]:
        given = {key: value for key, value in utm.items() if value}
        if not rules:
            return ()
        if not given:
            return (_UNTAGGED,)
        return min((check(given, rule).violations for rule in rules), key=len)

    return judge


_UNTAGGED = Violation(
    "utm_source",
    "",
    "untagged",
    "It has no UTM values: analytics tools will not know where its visitors come from.",
    "",
)
