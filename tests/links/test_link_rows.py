"""What a link may have besides its address, and what a change of it touches."""

import pytest

from links import services
from links.models import Link
from tests.links.builders import NOW, make_domain, make_link

pytestmark = pytest.mark.django_db


def create(**values) -> Link:
    make_domain()
    return services.create_link(
        destination_url="https://www.example.com/trial", utm={}, by=None, now=NOW, **values
    )


def refusal(**values) -> services.LinkRefusedError:
    with pytest.raises(services.LinkRefusedError) as caught:
        create(**values)
    return caught.value


def test_a_tag_that_is_not_allowed_is_refused() -> None:
    refused = refusal(tags=["a,b"])
    assert (refused.field, refused.code) == ("tags", "tag-not-allowed")


def test_tags_are_stored_in_one_spelling() -> None:
    assert create(tags=["Print", "print "]).tags == ["print"]


def test_a_tap_limit_of_zero_is_refused() -> None:
    assert refusal(tap_limit=0).code == "tap-limit-too-low"


def test_a_changed_limit_is_met_anew() -> None:
    link = make_link(tap_limit=5, limit_reached_at=NOW)
    link.tap_limit = 10
    services.save_link(link=link, by=None, now=NOW)
    assert Link.objects.get().limit_reached_at is None


def test_a_limit_that_was_reached_stays_so_while_something_else_changes() -> None:
    link = make_link(tap_limit=5, limit_reached_at=NOW)
    link.fallback_url = "https://www.example.com/over"
    services.save_link(link=link, by=None, now=NOW)
    assert Link.objects.get().limit_reached_at == NOW


def test_a_new_title_leaves_the_checks_fresh_and_a_new_destination_does_not() -> None:
    link = make_link()
    before = link.updated_at
    link.title, link.tags = "Poster", ["print"]
    services.save_link(link=link, by=None, now=NOW)
    stored = Link.objects.get()
    assert (stored.title, stored.tags, stored.updated_at) == ("Poster", ["print"], before)
    stored.destination_url = "https://www.example.com/other"
    services.save_link(link=stored, by=None, now=NOW)
    assert Link.objects.get().updated_at > before


TARGET = {"devices": ["ios"], "countries": ["de"], "destination_url": "https://apps.example/x"}


def test_targets_are_stored_in_one_spelling() -> None:
    assert create(targets=[TARGET]).targets == [{**TARGET, "countries": ["DE"]}]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"devices": [], "countries": []}, "fits everybody"),
        ({"countries": ["Germany"]}, "is no country"),
        ({"destination_url": ""}, "has no destination"),
        ({"destination_url": "ftp://apps.example/"}, "Only http and https"),
    ],
)
def test_a_target_that_may_not_be_is_refused(wrong, words) -> None:
    refused = refusal(targets=[{**TARGET, **wrong}])
    assert refused.field == "targets"
    assert words in str(refused)
