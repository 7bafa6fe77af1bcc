"""Short links, their checks, recipients and domains in the admin."""

from links.admin import alerts, checks, domains, links, recipients, webhook_deliveries, webhooks

__all__ = ["alerts", "checks", "domains", "links", "recipients", "webhook_deliveries", "webhooks"]
