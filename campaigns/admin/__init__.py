"""The room “Plan” of the admin."""

from campaigns.admin import campaigns, conventions, keys, policies, sends, spend

__all__ = ["campaigns", "conventions", "keys", "policies", "sends", "spend"]
