"""Other destinations for some devices and countries: checked, prepared, and chosen. Pure.

A link's targets are tried in order and the first that fits the visitor wins; a visitor whom none
fits, or of whom nothing is known, goes to the link's own destination: no tap is lost by them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from links.destinations import PreparedDestination, prepare

DEVICES = ("ios", "android", "desktop")
MAX_TARGETS = 50
_KEYS = frozenset({"devices", "countries", "destination_url"})


class TargetsRefusedError(ValueError):
    """A link's targets cannot be stored; the message names the value at fault."""


@dataclass(frozen=True, slots=True)
class PreparedTarget:
    """One target with everything done that does not depend on the visitor. Empty means any."""

    devices: frozenset[str]
    countries: frozenset[str]
    destination: PreparedDestination

    def fits(self, device: str, country: str) -> bool:
        """Say whether a visitor with this device, in this country, is meant."""
        return (not self.devices or device in self.devices) and (
            not self.countries or country in self.countries
        )


def check_targets(value: object) -> list[dict[str, Any]]:
    """Return a link's targets in their stored form: known devices, capital letters, no empty keys.

    Whether a destination may be led to is for whoever stores the link to say, as for its own.

    Raises:
        TargetsRefusedError: not a list of targets as `docs/redirect.md` describes them.
    """
    if not isinstance(value, list):
        raise TargetsRefusedError("Targets are a list: one entry per device or country.")
    if len(value) > MAX_TARGETS:
        raise TargetsRefusedError(f"A link has at most {MAX_TARGETS} targets, not {len(value)}.")
    return [_check_target(target, f"Target {number}") for number, target in enumerate(value, 1)]


def prepare_targets(
    targets: Sequence[Mapping[str, Any]], utm: Mapping[str, str], *, passes_query: bool
) -> tuple[PreparedTarget, ...]:
    """Prepare a link's stored targets, with the link's own UTM values."""
    return tuple(
        PreparedTarget(
            devices=frozenset(target.get("devices", ())),
            countries=frozenset(target.get("countries", ())),
            destination=prepare(target["destination_url"], utm, passes_query=passes_query),
        )
        for target in targets
    )


def first_fit(
    targets: Sequence[PreparedTarget], *, device: str, country: str
) -> PreparedDestination | None:
    """Return the destination of the first target that fits the visitor."""
    return next(
        (target.destination for target in targets if target.fits(device, country)),
        None,
    )


def device_of(user_agent: str) -> str:
    """Return `ios`, `android`, `desktop`, or nothing where the user agent does not tell.

    An iPad that asks for desktop pages calls itself a Macintosh and is taken for one.
    """
    if "Android" in user_agent:
        return "android"
    if "iPhone" in user_agent or "iPad" in user_agent or "iPod" in user_agent:
        return "ios"
    is_desktop = any(mark in user_agent for mark in ("Windows NT", "Macintosh", "X11;", "CrOS"))
    return "desktop" if is_desktop else ""


def _check_target(target: object, name: str) -> dict[str, Any]:
    if not isinstance(target, Mapping):
        raise TargetsRefusedError(f"{name} is no object with devices, countries, destination_url.")
    if unknown := sorted(set(map(str, target)) - _KEYS):
        raise TargetsRefusedError(f"{name} has “{unknown[0]}”, which no target has.")
    devices = _devices(target, name)
    countries = _countries(target, name)
    if not devices and not countries:
        raise TargetsRefusedError(f"{name} fits everybody: name a device or a country.")
    address = target.get("destination_url")
    if not isinstance(address, str) or not address.strip():
        raise TargetsRefusedError(f"{name} has no destination.")
    return {"devices": devices, "countries": countries, "destination_url": address.strip()}


def _devices(target: Mapping[str, Any], name: str) -> list[str]:
    devices = _texts(target, "devices", name, str.lower)
    for device in devices:
        if device not in DEVICES:
            raise TargetsRefusedError(f"{name}: “{device}” is none of {', '.join(DEVICES)}.")
    return devices


def _countries(target: Mapping[str, Any], name: str) -> list[str]:
    countries = _texts(target, "countries", name, str.upper)
    for country in countries:
        if not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise TargetsRefusedError(
                f"{name}: “{country}” is no country: use two letters, such as DE."
            )
    return countries


def _texts(
    target: Mapping[str, Any], key: str, name: str, in_one_form: Callable[[str], str]
) -> list[str]:
    texts = target.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TargetsRefusedError(f"{name}: “{key}” is a list of texts.")
    return list(dict.fromkeys(in_one_form(text.strip()) for text in texts if text.strip()))
