"""The pages of the room “Track”."""

from tracking.admin import exclusions, facts, orphans, people, rules, sources

__all__ = ["exclusions", "facts", "orphans", "people", "rules", "sources"]
