"""The pages of the room “Track”."""

from tracking.admin import facts, people, rules, sources

__all__ = ["facts", "people", "rules", "sources"]
