"""Credit rules: versioned ways to divide credit."""

from django.db import models
from django.db.models import Q

from attribution.querysets import CreditRuleQuerySet
from campaigns.public_ids import PublicIdField


class CreditRule(models.Model):
    """One version of a way to divide credit. Editing a rule makes a new version."""

    class Kind(models.TextChoices):
        FIRST = "first", "First touch"
        LAST = "last", "Last touch"
        LAST_NON_DIRECT = "last_non_direct", "Last non-direct touch"
        LINEAR = "linear", "Linear"
        LINEAR_PAID = "linear_paid", "Linear over paid channels"
        TIME_DECAY = "time_decay", "Time decay"
        POSITION = "position", "Position-based"
        U_LEAD = "u_lead", "U-shaped with lead creation"
        U_EVEN = "u_even", "U-shaped, first and lead creation only"
        W = "w", "W-shaped"
        FULL_PATH = "full_path", "Full path"
        J_SHAPED = "j_shaped", "J-shaped"
        INVERSE_J = "inverse_j", "Inverse J-shaped"
        CUSTOM = "custom", "Custom weights"
        MARKOV = "markov", "Markov removal effect"
        SHAPLEY = "shapley", "Shapley value"

    class ContactMode(models.TextChoices):
        ROLES = "roles", "Contacts of the deal"
        ROLES_ELSE_COMPANY = "roles_else_company", "Contacts of the deal, else of the company"
        COMPANY = "company", "All contacts of the company"
        PRIMARY = "primary", "Primary contact"

    id = PublicIdField()
    slug = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind)
    parameters = models.JSONField(
        default=dict,
        blank=True,
        help_text="half_life_days, keeps_direct, weights, paid channels or fitted shares; see docs/attribution.md",
    )
    lookback_days = models.PositiveIntegerField(
        null=True, blank=True, default=90, help_text="Empty: lifetime"
    )
    contact_mode = models.CharField(
        max_length=20, choices=ContactMode, default=ContactMode.ROLES_ELSE_COMPANY
    )
    is_default = models.BooleanField(default=False, help_text="The rule reports open with")
    position = models.PositiveSmallIntegerField(default=100)
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = CreditRuleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "version"], name="attribution_rule_version_unique"
            ),
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(retired_at__isnull=True),
                name="attribution_rule_one_active",
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True, retired_at__isnull=True),
                name="attribution_rule_one_default",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"
