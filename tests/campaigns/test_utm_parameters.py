"""Names of UTM parameters, and what misspelt ones were meant to be."""

import pytest

from campaigns.utm_parameters import KNOWN, is_utm, meant_parameter


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("utm_source", "utm_source"),
        ("utm_creative_format", "utm_creative_format"),
        ("utm_sorce", "utm_source"),
        ("utm_src", "utm_source"),
        ("utm_campain", "utm_campaign"),
        ("utm-medium", "utm_medium"),
        ("utmcampaign", "utm_campaign"),
        ("umt_source", "utm_source"),
        (" utm_content", "utm_content"),
        ("utm_", ""),
        ("utm_nonsense", ""),
    ],
)
def test_a_name_is_read_as_the_parameter_that_was_meant(name: str, meant: str) -> None:
    assert meant_parameter(name) == meant
    assert is_utm(name)


@pytest.mark.parametrize(
    "name",
    ["", "ref", "source", "campaign", "mtm_source", "itm_campaign", "__utma", "utmcmd", "utc_term"],
)
def test_another_tools_parameter_is_left_alone(name: str) -> None:
    assert meant_parameter(name) == ""
    assert not is_utm(name)


def test_a_known_name_is_its_own_meaning() -> None:
    assert {meant_parameter(name) for name in KNOWN} == KNOWN
