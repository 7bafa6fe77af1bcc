"""Rules nearest to the tools that teams come from, and what stays different. Pure.

Each says only what the named page, or the tool's own source, says. Where a page is silent, so is
the preset, and the difference is written as ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from attribution.definitions import rule_in_words


@dataclass(frozen=True, slots=True)
class Preset:
    """A rule as another tool would have it, as near as it gets."""

    key: str
    name: str
    tool: str
    kind: str
    lookback_days: int | None
    contact_mode: str
    source: str
    source_url: str
    differences: tuple[str, ...]
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The slug of the rule that starts from it."""
        return self.key.replace("_", "-")

    @property
    def in_words(self) -> str:
        """What the rule does, as every rule says it."""
        return rule_in_words(
            kind=self.kind,
            parameters=self.parameters,
            lookback_days=self.lookback_days,
            contact_mode=self.contact_mode,
        )


_TOUCHES = (
    "Textrail counts taps and visits. Calls, meetings, form submissions and opened e-mails are on "
    "a deal’s timeline and earn nothing."
)
_CENTS = "Parts are whole cents that sum to the deal; rounding goes to the largest remainder."

_ALL = (
    Preset(
        key="hubspot_w",
        name="W-shaped as in HubSpot",
        tool="HubSpot",
        kind="w",
        parameters={"keeps_direct": True},
        lookback_days=None,
        contact_mode="roles",
        source="HubSpot Knowledge Base, “Understand attribution reporting”",
        source_url="https://knowledge.hubspot.com/reports/understand-attribution-reporting",
        differences=(
            _TOUCHES,
            (
                "HubSpot’s lead creation is the last interaction before somebody became a contact in "
                "HubSpot; here it is the last touch at or before their first goal event."
            ),
            "HubSpot takes up to 100,000 activities of a deal by sampling; here every touch counts.",
            "Where no touch lies between, the three anchors share all of it in proportion.",
        ),
    ),
    Preset(
        key="marketo_full_path",
        name="Full path as in Marketo Measure",
        tool="Adobe Marketo Measure",
        kind="full_path",
        parameters={"keeps_direct": True},
        lookback_days=None,
        contact_mode="roles_else_company",
        source="Adobe Experience League, “Marketo Measure Attribution Models”",
        source_url="https://experienceleague.adobe.com/en/docs/marketo-measure/using/"
        "introduction-to-marketo-measure/overview-resources/marketo-measure-attribution-models",
        differences=(
            _TOUCHES,
            (
                "Marketo Measure gives lead creation to the form that made somebody a lead; here it "
                "goes to the last touch at or before their first goal event."
            ),
            (
                "One touch may be several milestones; here it then holds all of their weights, and the "
                "touches in between still share 10 percent."
            ),
            "Where a milestone has no touch, the others share in proportion.",
        ),
    ),
    Preset(
        key="ga4_last_click",
        name="Last click as in GA4",
        tool="Google Analytics 4",
        kind="last_non_direct",
        lookback_days=90,
        contact_mode="roles",
        source="Google Analytics Help, “[GA4] Select attribution settings”",
        source_url="https://support.google.com/analytics/answer/10597962",
        differences=(
            (
                "GA4 looks at one person’s browsers and credits key events of a site or app; here the "
                "touches of all of a deal’s people count, and what is credited is the CRM’s deal."
            ),
            "GA4’s lookback is a property’s setting; this rule takes 90 days. Edit it to yours.",
            (
                "Channels are those of Textrail’s channel rules: a text message stays SMS whatever its "
                "tags say."
            ),
            "As in GA4, direct earns only where every touch is direct.",
        ),
    ),
    Preset(
        key="cometly_u",
        name="U-shaped as in Cometly",
        tool="Cometly",
        kind="position",
        parameters={"keeps_direct": True},
        lookback_days=90,
        contact_mode="roles",
        source="Cometly, “Attribution” (product page)",
        source_url="https://www.cometly.com/platform/attribution",
        differences=(
            (
                "Cometly’s window is chosen in each report, from 1 day to lifetime; here it belongs to "
                "the rule. This one takes 90 days."
            ),
            "Cometly skips direct visits only in its last non-direct model, so direct earns here.",
            "With two touches each gets half: nothing lies between them.",
            _CENTS,
        ),
    ),
    Preset(
        key="posthog_time_decay",
        name="Time decay as in PostHog",
        tool="PostHog",
        kind="time_decay",
        parameters={"half_life_days": "22.5"},
        lookback_days=90,
        contact_mode="roles",
        source="PostHog’s source, marketing analytics, attribution_weights.py "
        "(build_time_decay_weights)",
        source_url="https://github.com/PostHog/posthog",
        differences=(
            (
                "PostHog’s half-life is a quarter of its attribution window: 22.5 days for 90, 7 days "
                "for 28. Here both are set on the rule; change them together."
            ),
            (
                "PostHog’s touches are page views with UTM tags; here taps count as well, and visits "
                "without tags."
            ),
            (
                "PostHog’s conversions are events or warehouse rows of one person; here they are leads "
                "and the CRM’s deals with all of their people."
            ),
            _CENTS,
        ),
    ),
)
PRESETS: dict[str, Preset] = {preset.key: preset for preset in _ALL}
"""By their keys, which never change."""


def preset_json(preset: Preset) -> dict[str, object]:
    """Return a preset in the API's shape."""
    return {
        "preset": preset.key,
        "name": preset.name,
        "tool": preset.tool,
        "slug": preset.slug,
        "kind": preset.kind,
        "parameters": dict(preset.parameters),
        "lookback_days": preset.lookback_days,
        "contact_mode": preset.contact_mode,
        "definition": preset.in_words,
        "differences": list(preset.differences),
        "source": preset.source,
        "source_url": preset.source_url,
    }
