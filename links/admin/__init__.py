"""Short links, their checks, recipients and domains in the admin."""

from links.admin import checks, domains, links, recipients

__all__ = ["checks", "domains", "links", "recipients"]
