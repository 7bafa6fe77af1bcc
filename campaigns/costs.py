"""What a send will cost: segments of each version × its recipients × the rate. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from campaigns.money import Money, minor_digits
from campaigns.sms_text import LINK_LENGTH, count_segments, with_link


@dataclass(frozen=True, slots=True)
class VersionCost:
    """One version's part: its recipients, and the segments of one of its texts."""

    recipients: int
    segments_each: int

    @property
    def segments(self) -> int:
        """Return the segments of all its texts."""
        return self.recipients * self.segments_each


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What sending every version to its share costs; `total` is None without a rate."""

    versions: tuple[VersionCost, ...]
    total: Money | None

    @property
    def segments(self) -> int:
        """Return the segments of all texts."""
        return sum(version.segments for version in self.versions)


def estimate(
    messages: Sequence[tuple[str, int]],
    recipients: int,
    rate: Decimal | None,
    currency: str,
    *,
    link_length: int = LINK_LENGTH,
) -> CostEstimate:
    """Return the cost of sending these (text, share in percent) to so many recipients.

    The total is rounded once, half up, to the currency's minor unit.
    """
    parts = split_recipients([share for _, share in messages], recipients)
    versions = tuple(
        VersionCost(part, count_segments(with_link(body, link_length=link_length)).segments)
        for (body, _), part in zip(messages, parts, strict=True)
    )
    if rate is None:
        return CostEstimate(versions, None)
    exact = (rate * sum(version.segments for version in versions)).scaleb(minor_digits(currency))
    total = Money(int(exact.to_integral_value(rounding=ROUND_HALF_UP)), currency)
    return CostEstimate(versions, total)


def split_recipients(shares: Sequence[int], recipients: int) -> list[int]:
    """Divide recipients by share, to the last one: the largest remainders round up.

    Shares that are all zero divide evenly.
    """
    if not shares:
        return []
    weights = list(shares) if sum(shares) > 0 else [1] * len(shares)
    whole = sum(weights)
    parts = [recipients * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda index: (-(recipients * weights[index] % whole), index)
    )
    for index in by_remainder[: recipients - sum(parts)]:
        parts[index] += 1
    return parts
