"""Presets name rules that the engine knows, say what stays different, and where they come from."""

import pytest

from attribution.presets import PRESETS, Preset, preset_json
from attribution.weights import weighting

KEYS = ["hubspot_w", "marketo_full_path", "ga4_last_click", "cometly_u", "posthog_time_decay"]


def test_there_is_one_for_every_tool_a_team_may_leave() -> None:
    assert list(PRESETS) == KEYS


@pytest.mark.parametrize("preset", PRESETS.values(), ids=KEYS)
def test_each_is_a_rule_with_its_differences_and_its_source(preset: Preset) -> None:
    assert weighting(kind=preset.kind, parameters=preset.parameters)
    assert preset.in_words.endswith(".")
    assert len(preset.differences) >= 3
    assert preset.source
    assert preset.source_url.startswith("https://")


def test_hubspots_w_gives_thirty_to_each_milestone() -> None:
    assert PRESETS["hubspot_w"].in_words.count("30% goes to") == 3


def test_marketos_full_path_gives_four_times_22_5() -> None:
    assert PRESETS["marketo_full_path"].in_words.count("22.5% goes to") == 4


def test_ga4_passes_over_direct() -> None:
    assert "Direct visits earn only where there is no other touch" in (
        PRESETS["ga4_last_click"].in_words
    )


def test_cometlys_u_is_forty_twenty_forty_and_keeps_direct() -> None:
    words = PRESETS["cometly_u"].in_words
    assert words.count("40% goes to") == 2
    assert "Direct visits earn like every other touch" in words


def test_posthogs_half_life_is_a_quarter_of_its_window() -> None:
    preset = PRESETS["posthog_time_decay"]
    assert preset.lookback_days is not None
    assert float(str(preset.parameters["half_life_days"])) * 4 == preset.lookback_days


def test_the_api_shows_everything_that_makes_the_rule() -> None:
    shown = preset_json(PRESETS["cometly_u"])
    assert shown["slug"] == "cometly-u"
    assert shown["definition"] == PRESETS["cometly_u"].in_words
    assert shown["differences"]
