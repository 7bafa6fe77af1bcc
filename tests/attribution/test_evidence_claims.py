"""What a bundle shows and what it cannot show, in words."""

from attribution.evidence_claims import Replayed, claim


def claimed(*, is_whole: bool = True, is_sealed: bool = True, waiting: int = 0) -> Replayed:
    told = Replayed(seal="abc", head="def", waiting_count=waiting)
    claim(told, is_whole=is_whole, is_sealed=is_sealed)
    return told


def test_a_whole_sealed_bundle_leaves_only_the_truth_of_the_facts() -> None:
    assert claimed().unclaimed == [
        "That the facts themselves are true: deals, touches and people are taken as they stand."
    ]


def test_each_lack_has_its_sentence() -> None:
    gaps = claimed(is_whole=False, is_sealed=False, waiting=3).unclaimed
    assert [gap.split(" ")[0] for gap in gaps] == ["3", "The", "That", "That"]
    assert "abc" in gaps[2]


def test_the_chains_end_is_told() -> None:
    assert any("ends in def" in line for line in claimed().claims)
