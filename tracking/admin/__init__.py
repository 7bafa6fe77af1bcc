"""The pages of the room “Track”."""

from tracking.admin import facts, orphans, people, rules, sources

__all__ = ["facts", "orphans", "people", "rules", "sources"]
