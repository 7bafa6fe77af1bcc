"""Recomputes how a send's audience was divided, for an auditor. Constant memory."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from campaigns.models import Send
from links.holdout import is_held_out
from links.models import HeldOutRecipient, Link, RecipientLink
from links.version_split import VersionSplit

HELD_OUT = "held-out"
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Difference:
    """Somebody who got something else than the rule says."""

    phone_hash: str
    got: str
    due: str


@dataclass(slots=True)
class Audit:
    """How many got what, how many keep a replaced version, and how many differ from the rule."""

    got: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    differences: int = 0

    @property
    def held_out(self) -> int:
        """How many get nothing."""
        return self.got[HELD_OUT]

    @property
    def recipients(self) -> int:
        """How many have a link."""
        return self.got.total() - self.held_out

    @property
    def versions(self) -> list[tuple[str, int]]:
        """How many have a link of each version, by its name."""
        return sorted((name, count) for name, count in self.got.items() if name != HELD_OUT)


def audit_split(send: Send, on_difference: Callable[[Difference], None]) -> Audit:
    """Compare what everybody got with the rules of `holdout` and `version_split`.

    The shares are today's. Whoever got a version that was replaced since keeps it, and whoever was
    forgotten has no number to recompute from: they are not compared.
    """
    current = dict(
        Link.objects.of_current_versions(send).values_list("message__utm_content", "message__share")
    )
    split = VersionSplit(send.pk, current) if current else None
    audit = Audit()
    for phone_hash, got in _everybody(send):
        audit.got[got] += 1
        is_out = is_held_out(phone_hash, send.pk, send.holdout_percent)
        if got != HELD_OUT and not is_out and (split is None or got not in current):
            audit.kept += 1
            continue
        due = HELD_OUT if is_out else split.choose(phone_hash) if split else "a link"
        if got != due:
            audit.differences += 1
            on_difference(Difference(phone_hash, got, due))
    return audit


def _everybody(send: Send) -> Iterator[tuple[str, str]]:
    held_out = HeldOutRecipient.objects.of_send(send).exclude(phone="").order_by("id")
    for phone_hash in held_out.values_list("phone_hash", flat=True).iterator(chunk_size=_CHUNK):
        yield phone_hash, HELD_OUT
    linked = RecipientLink.objects.filter(link__send=send).exclude(phone="").order_by("id")
    yield from linked.values_list("phone_hash", "link__utm_content").iterator(chunk_size=_CHUNK)
