"""Targets by device and country: what is refused, what fits, whom a user agent gives away."""

from typing import Any

import pytest

from links.destinations import PreparedDestination
from links.targets import (
    MAX_TARGETS,
    TargetsRefusedError,
    check_targets,
    device_of,
    first_fit,
    prepare_targets,
)

SHOP = "https://apps.example.com/trial"
UTM = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "demo-invite-q2"}
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/125.0.0.0 Mobile"


def a_target(**fields: Any) -> dict[str, Any]:
    return {"devices": ["ios"], "countries": [], "destination_url": SHOP, **fields}


def chosen(targets: list[dict[str, Any]], device: str, country: str) -> PreparedDestination | None:
    prepared = prepare_targets(targets, UTM, passes_query=True)
    return first_fit(prepared, device=device, country=country)


def test_targets_are_stored_in_one_form() -> None:
    given = {"devices": ["iOS", "ios"], "countries": [" de "], "destination_url": f" {SHOP} "}

    assert check_targets([given]) == [a_target(countries=["DE"])]


def test_a_target_may_leave_out_what_does_not_matter() -> None:
    assert check_targets([{"countries": ["FR"], "destination_url": SHOP}]) == [
        a_target(devices=[], countries=["FR"])
    ]


def test_a_link_without_targets_is_in_order() -> None:
    assert check_targets([]) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"devices": ["ios"]}, "Targets are a list"),
        ("ios", "Targets are a list"),
        ([a_target()] * (MAX_TARGETS + 1), "at most 50 targets, not 51"),
        (["ios"], "Target 1 is no object"),
        ([a_target(), a_target(city="Rome")], "Target 2 has “city”"),
        ([a_target(devices="ios")], "“devices” is a list of texts"),
        ([a_target(countries=[1])], "“countries” is a list of texts"),
        ([a_target(devices=["toaster"])], "“toaster” is none of ios, android, desktop"),
        ([a_target(countries=["Germany"])], "“GERMANY” is no country"),
        ([a_target(countries=["Ö1"])], "“Ö1” is no country"),
        ([a_target(devices=[])], "fits everybody"),
        ([a_target(destination_url=" ")], "has no destination"),
        ([a_target(destination_url=None)], "has no destination"),
    ],
)
def test_what_is_no_target_is_refused_by_name(value: object, message: str) -> None:
    with pytest.raises(TargetsRefusedError, match=message):
        check_targets(value)


def test_the_first_target_that_fits_wins() -> None:
    targets = [
        a_target(countries=["DE"], destination_url=f"{SHOP}/de"),
        a_target(destination_url=f"{SHOP}/ios"),
    ]

    german, french = chosen(targets, "ios", "DE"), chosen(targets, "ios", "FR")

    assert german is not None
    assert french is not None
    assert german.build("", "ID").startswith(f"{SHOP}/de?")
    assert french.build("", "ID").startswith(f"{SHOP}/ios?")


@pytest.mark.parametrize(("device", "country"), [("android", "DE"), ("ios", "FR"), ("", "")])
def test_whom_no_target_fits_goes_to_the_links_own_destination(device: str, country: str) -> None:
    assert chosen([a_target(countries=["DE"])], device, country) is None


def test_a_target_carries_the_links_utm_values_and_passes_parameters_on() -> None:
    destination = chosen([a_target()], "ios", "")

    assert destination is not None
    assert destination.build("coupon=june&utm_source=email", "ID") == (
        f"{SHOP}?utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2&tr=ID&coupon=june"
    )


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (IPHONE, "ios"),
        ("Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X)", "ios"),
        (PIXEL, "android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "desktop"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "desktop"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "desktop"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)", "desktop"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_user_agent_tells_its_device(user_agent: str, device: str) -> None:
    assert device_of(user_agent) == device
