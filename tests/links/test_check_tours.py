"""As whom a link is followed."""

from links.check_tours import Tour, tours_of

OWN = "https://a.example/"
DEVICES = [Tour("iphone"), Tour("android"), Tour("desktop")]


def target(page: str, *devices: str) -> dict:
    return {"devices": list(devices), "countries": ["DE"], "destination_url": f"{OWN}{page}"}


def test_a_link_with_one_destination_is_followed_on_every_device() -> None:
    assert tours_of(OWN, []) == DEVICES


def test_each_destination_is_followed_once_by_the_first_device_that_is_sent_there() -> None:
    targets = [target("de", "android", "ios"), target("app"), target("de", "desktop")]
    assert tours_of(OWN, targets) == [
        *DEVICES,
        Tour("android", f"{OWN}de"),
        Tour("iphone", f"{OWN}app"),
        Tour("iphone", OWN),
    ]


def test_a_target_that_names_the_links_own_destination_adds_none() -> None:
    assert tours_of(OWN, [target("", "desktop")]) == [*DEVICES, Tour("desktop", OWN)]
