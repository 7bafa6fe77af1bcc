"""What a redirect needs of a link and of a domain."""

import gc
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from links.models import Link
from links.redirect_targets import NO_TERMS, Target, Terms, domain_target, load_targets
from tests.links.builders import make_domain, make_link

pytestmark = pytest.mark.django_db
APP = "https://apps.example.com/trial"
NOW = 1_781_524_800.0


def loaded(**fields: Any) -> Target:
    link = make_link(**fields)
    return load_targets(link.domain_id)[link.code]


def test_a_plain_link_has_no_terms_of_its_own() -> None:
    assert loaded().terms is NO_TERMS


def test_all_links_of_a_domain_are_read() -> None:
    domain = make_domain()
    codes = {make_link(domain, f"code{number}").code for number in range(3)}
    make_link(make_domain("other.example"), "elsewhere")

    targets = load_targets(domain.pk)

    assert set(targets) == codes
    assert {target.code for target in targets.values()} == codes
    assert gc.isenabled()


def test_times_come_as_unix_seconds() -> None:
    start, end = timezone.now(), timezone.now() + timedelta(hours=1)

    terms = loaded(starts_at=start, expires_at=end).terms

    assert (terms.starts_at, terms.expires_at) == (start.timestamp(), end.timestamp())


def test_a_retired_link_is_known_as_retired() -> None:
    assert loaded(status=Link.Status.RETIRED).terms == Terms(is_retired=True)


def test_a_link_whose_limit_is_reached_is_known_as_such() -> None:
    assert loaded(limit_reached_at=timezone.now()).terms == Terms(is_limit_reached=True)


def test_a_fallback_is_fit_for_a_header() -> None:
    terms = loaded(fallback_url="https://www.example.com/café").terms

    assert terms.fallback_url == "https://www.example.com/caf%C3%A9"


def test_targets_come_with_the_links_utm_values() -> None:
    target = loaded(targets=[{"devices": ["ios"], "countries": [], "destination_url": APP}])

    assert target.destination_for("ios", "").build("", "ID").startswith(f"{APP}?utm_source=sms&")
    assert target.destination_for("android", "") is target.destination


@pytest.mark.parametrize(
    ("terms", "letter"),
    [
        (Terms(), "r"),
        (Terms(starts_at=NOW, expires_at=NOW + 1), "r"),
        (Terms(starts_at=NOW + 1), "n"),
        (Terms(expires_at=NOW), "e"),
        (Terms(is_limit_reached=True), "l"),
        (Terms(is_limit_reached=True, expires_at=NOW), "e"),
        (Terms(is_retired=True, starts_at=NOW + 1), "x"),
    ],
)
def test_a_links_terms_say_what_a_tap_is_answered(terms: Terms, letter: str) -> None:
    assert terms.answer(NOW) == letter


def test_a_domain_brings_what_it_answers_besides_codes() -> None:
    domain = make_domain(
        "b\xfccher.example",
        root_url="https://b\xfccher.example/",
        icon_url="https://www.example.com/icon.png",
        robots_txt="User-agent: *",
        well_known={"security.txt": "Contact: mailto:it@example.com"},
    )

    target = domain_target(domain, {})

    assert target.host == "xn--bcher-kva.example"
    assert target.root_url == "https://xn--bcher-kva.example/"
    assert (target.icon_url, target.robots_txt) == (domain.icon_url, domain.robots_txt)
    assert target.well_known == domain.well_known
    assert target.verification_token == domain.verification_token != ""
