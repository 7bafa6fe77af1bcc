"""Who took part in what: the facts per outcome, and their running sums, which the reports read."""

from django.db import models

from attribution.models.outcomes import Outcome
from attribution.models.sums import PlacedRow


class InfluenceRow(PlacedRow):
    """What every row about influence says of its outcomes."""

    audience = models.CharField(max_length=120, blank=True, help_text="As its send calls it")
    kind = models.CharField(max_length=12, choices=Outcome.Kind)
    outcome_date = models.DateField(null=True)

    class Meta:
        abstract = True


class OutcomeInfluence(InfluenceRow):
    """One place whose touches took part in an outcome, as it was last counted.

    The place took part while a touch of it holds credit under the rule that credits every
    touch. Kept so that the running sums can take back what they counted.
    """

    # The statement that counts reads the outcomes it names, so no key needs to check them
    outcome = models.ForeignKey(
        Outcome, models.CASCADE, related_name="influences", db_constraint=False
    )
    state = models.CharField(max_length=4, blank=True, help_text="Of the deal; leads have none")
    amount_minor = models.BigIntegerField(help_text="Of the whole outcome")
    lag_seconds = models.BigIntegerField(
        null=True, help_text="To an opportunity from its touch, to a win from its opportunity"
    )
    is_first = models.BooleanField(help_text="It holds the outcome's first touch")
    is_first_before_sales = models.BooleanField(help_text="… which came before sales' activity")

    class Meta:
        indexes = [models.Index(fields=["send", "audience"], name="attribution_influence_send")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.amount_minor}"


class SummedInfluence(InfluenceRow):
    """A sum over the outcomes in which one row of a report took part, each counted once."""

    class Grain(models.TextChoices):
        """By which dates a sum is cut; the others are empty."""

        ALL = "all", "All days together"
        OUTCOME_DAY = "outcome_day", "Day of the outcome"

    class Dimension(models.TextChoices):
        """What the row is about; the columns of other dimensions are empty."""

        EVERYTHING = "everything", "Any touch at all"
        SEVERAL_CHANNELS = "several_channels", "Touches of more than one channel"
        CHANNEL = "channel", "Channel"
        CAMPAIGN = "campaign", "Campaign"
        CHANNEL_CAMPAIGN = "channel_campaign", "Channel within a campaign"
        SEND = "send", "Send"
        MESSAGE = "message", "Message"
        LINK = "link", "Link"
        AUDIENCE = "audience", "Audience"

    grain = models.CharField(max_length=12, choices=Grain)
    dimension = models.CharField(max_length=16, choices=Dimension)

    class Meta:
        abstract = True


class InfluenceTotal(SummedInfluence):
    """How many outcomes a row took part in, and what they are worth in full."""

    state = models.CharField(max_length=4, blank=True, help_text="Of the deal; leads have none")
    outcome_count = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    first_count = models.BigIntegerField(help_text="Outcomes whose first touch it holds")
    first_minor = models.BigIntegerField()
    before_sales_count = models.BigIntegerField(help_text="… which came before sales' activity")
    before_sales_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "grain", "dimension", "kind", "outcome_date", "state", "channel",
                    "campaign", "send", "message", "link", "audience",
                ],
                nulls_distinct=False,
                name="attribution_influence_cell_unique",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.dimension} {self.kind} {self.state} {self.outcome_count}"


class LagTotal(SummedInfluence):
    """How long outcomes took, as one bucket of a row's histogram."""

    bucket = models.SmallIntegerField(help_text="floor(25 × ln(1 + hours)), so 4 % wide")
    outcome_count = models.BigIntegerField()
    seconds = models.BigIntegerField(help_text="Of all of the bucket's outcomes together")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "grain", "dimension", "kind", "outcome_date", "channel", "campaign",
                    "send", "message", "link", "audience", "bucket",
                ],
                nulls_distinct=False,
                name="attribution_lag_cell_unique",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.dimension} {self.kind} {self.bucket}: {self.outcome_count}"
