"""What hangs on touches that may be excluded."""

import pytest

from attribution.exclusion_effects import effects_of_touches
from tests.attribution.builders import a_deal, a_tap, make_identity, settle
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db


def test_the_outcomes_and_the_credit_of_the_touches_are_told() -> None:
    ann, ben = make_identity(), make_identity()
    hers = a_tap(ann, days=10)
    a_tap(ben, days=9)
    for _ in range(2):
        a_deal(amount_minor=100_00, won=1, people=(ann, ben))
    settle()

    told = {one.name: one.text for one in effects_of_touches(Touchpoint.objects.filter(pk=hers.pk))}

    assert list(told) == ["Opportunities they took part in", "Wins they took part in"]
    assert told["Wins they took part in"].startswith("2, $")


def test_touches_that_earn_nothing_have_no_effect() -> None:
    assert list(effects_of_touches(Touchpoint.objects.all())) == []
