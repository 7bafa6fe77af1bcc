"""What touches earned, as the timelines of people show it."""

import pytest

from attribution.touch_credit import credit_of_touches
from tests.attribution.story import tell_story
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db


def test_the_timelines_of_people_learn_what_touches_earned() -> None:
    story = tell_story()
    touch = Touchpoint.objects.get(send=story.june)
    credit = credit_of_touches([touch.pk])[touch.pk]["linear"]
    assert credit == {"lead": "0.33", "opportunity": "3333.34", "win": "3333.34"}


def test_a_touch_that_earned_nothing_is_not_named() -> None:
    assert credit_of_touches([]) == {}
