"""What a replayed bundle shows, and what a bundle like it cannot show. Pure."""

from dataclasses import dataclass, field

from attribution.evidence_chain import Discrepancy


@dataclass(slots=True)
class Replayed:
    """What came of it. Nothing is proven while `problems` is not empty.

    `claims` is what was shown, `unclaimed` what a bundle like this cannot show.
    """

    seal: str
    head: str
    problems: list[Discrepancy] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    unclaimed: list[str] = field(default_factory=list)
    outcome_count: int = 0
    waiting_count: int = 0
    entry_count: int = 0
    batch_count: int = 0


def claim(told: Replayed, *, is_whole: bool, is_sealed: bool) -> None:
    """Say what was shown, and what was not."""
    told.claims = [
        (
            f"{told.outcome_count:,} outcomes divide again to the cent and the millionth, under every "
            "rule in the bundle."
        ),
        (
            f"{told.entry_count:,} entries hash to their batches; {told.batch_count:,} batches form one "
            f"chain, which ends in {told.head or 'nothing'}."
        ),
        "Amounts follow from their sources and rates; the statements are the sums of the entries.",
    ]
    if told.waiting_count:
        told.unclaimed.append(
            f"{told.waiting_count:,} outcomes had changes that were not settled yet: their sums were "
            "checked, their division was not."
        )
    if not is_whole:
        told.unclaimed.append(
            "The bundle is limited. Batches that say nothing of its outcomes have their place in the "
            "chain here, not their entries: that no other entry concerns these outcomes, and what "
            "stands outside the limits, only the whole ledger shows."
        )
    if not is_sealed:
        told.unclaimed.append(
            "That nobody wrote the whole bundle anew, with other facts and a chain to match: compare "
            f"the seal {told.seal} with the one told when it was written, or give it with --seal."
        )
    told.unclaimed.append(
        "That the facts themselves are true: deals, touches and people are taken as they stand."
    )
