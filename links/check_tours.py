"""As whom a link is followed: on every device, and once more to each of its destinations. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DEVICES = ("iphone", "android", "desktop")
_DEVICE_OF_TARGET = {"ios": "iphone", "android": "android", "desktop": "desktop"}


@dataclass(frozen=True, slots=True)
class Tour:
    """One way to follow a link.

    With a destination the way begins there, because the short link itself leads our checker
    only where it leads people of our own country.
    """

    device: str
    destination_url: str = ""


def tours_of(destination_url: str, targets: Sequence[Mapping[str, Any]]) -> list[Tour]:
    """Return every tour of a link: each device, then each destination once if it has several."""
    tours = [Tour(device) for device in DEVICES]
    if not targets:
        return tours
    devices: dict[str, str] = {}
    for target in targets:
        devices.setdefault(target["destination_url"], _device_for(target))
    devices.setdefault(destination_url, DEVICES[0])
    return [*tours, *(Tour(device, url) for url, device in devices.items())]


def _device_for(target: Mapping[str, Any]) -> str:
    meant = [_DEVICE_OF_TARGET.get(device, "") for device in target.get("devices", ())]
    return next((device for device in meant if device), DEVICES[0])
