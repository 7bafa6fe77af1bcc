"""A broken link in words: what was found on which devices, and what a person can do about it."""

from collections.abc import Iterable, Mapping
from typing import Any

from links.models import LinkCheck

_PAGE = (
    "Ask whoever runs the website to bring the page back, or save another landing page as the "
    "link's destination: the same link then leads there, also from texts that are out already."
)
_PARAMETERS = (
    "Ask whoever runs the website to keep the parameters when it redirects, or save the last "
    "address of the way as the link's destination."
)
_CERTIFICATE = "Ask whoever runs the website to renew its certificate; visitors are warned off."
_LOOP = "Open the landing page's address in a browser and save an address that opens at once."
_PRIVATE = "Save an address as the destination that people outside your network can open."

_BY_CODE = {
    "final-status": _PAGE,
    "soft-404": _PAGE,
    "unreachable": _PAGE,
    "timeout": "Ask whoever runs the website why it is slow; visitors with a phone give up first.",
    "tls": _CERTIFICATE,
    "certificate": _CERTIFICATE,
    "downgrade": "Save the landing page's https address as the link's destination.",
    "utm-dropped": _PARAMETERS,
    "utm-missing": _PARAMETERS,
    "click-id-dropped": _PARAMETERS,
    "loop": _LOOP,
    "too-many-hops": _LOOP,
    "private-address": _PRIVATE,
}
_OTHERWISE = "Open the short link on a phone, see where it ends, and correct its destination."


def advice_for(problems: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what to do, each piece of advice once, the gravest problem's first."""
    errors = [problem for problem in problems if problem.get("severity") != "warning"]
    return list(dict.fromkeys(_BY_CODE.get(str(problem["code"]), _OTHERWISE) for problem in errors))


def shown_problems(problems: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return each problem once, as `message`, `severity` and the names of its `devices`."""
    devices: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        key = str(problem["message"]), str(problem.get("severity", "error"))
        devices.setdefault(key, []).append(_device_name(str(problem["device"])))
    return [
        {"message": message, "severity": severity, "devices": ", ".join(dict.fromkeys(names))}
        for (message, severity), names in devices.items()
    ]


def _device_name(code: str) -> str:
    return dict(LinkCheck.Device.choices).get(code, code)
