"""What a tap was made with, as its user agent claims. Pure.

Coarse on purpose: a report asks whether a page must work on a phone and in which browsers, and a
full list of devices would have to be kept up to date. Nothing here decides about a grade.
"""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Device:
    """Kind of device, operating system and browser; each empty where it cannot be told."""

    device: str = ""
    os: str = ""
    browser: str = ""


# The first that fits wins: who pretends to be another comes before the other.
_SYSTEMS = tuple(
    (re.compile(pattern), device, system)
    for pattern, device, system in (
        (r"iPad", "tablet", "iOS"),
        (r"iPhone|iPod", "phone", "iOS"),
        (r"Windows Phone", "phone", "Windows"),
        (r"Android.*Mobile|Mobile.*Android", "phone", "Android"),
        (r"Android", "tablet", "Android"),
        (r"KAIOS", "phone", "KaiOS"),
        (r"CrOS", "desktop", "ChromeOS"),
        (r"Windows NT", "desktop", "Windows"),
        (r"Macintosh", "desktop", "macOS"),
        (r"X11|Linux", "desktop", "Linux"),
    )
)
_BROWSERS = tuple(
    (re.compile(pattern), browser)
    for pattern, browser in (
        (r"Instagram", "Instagram app"),
        (r"FBAN|FBAV|FB_IAB|MetaIAB", "Facebook app"),
        (r"LinkedInApp", "LinkedIn app"),
        (r"musical_ly|BytedanceWebview|TikTok", "TikTok app"),
        (r"Snapchat", "Snapchat app"),
        (r"\bGSA/", "Google app"),
        (r"EdgA?/|EdgiOS/", "Edge"),
        (r"OPR/|OPT/|OPiOS/|Opera", "Opera"),
        (r"SamsungBrowser/", "Samsung Internet"),
        (r"DuckDuckGo/|Ddg/", "DuckDuckGo"),
        (r"UCBrowser/", "UC Browser"),
        (r"YaBrowser/", "Yandex Browser"),
        (r"Firefox/|FxiOS/", "Firefox"),
        (r"; wv\)", "Inside an app"),
        (r"Chrome/|CriOS/|Chromium/", "Chrome"),
        (r"Version/[\d.]+ .*Safari/", "Safari"),
        (r"(iPhone|iPad|iPod).*AppleWebKit", "Inside an app"),
    )
)
_NOBODY = Device()


@lru_cache(maxsize=65_536)
def read_device(user_agent: str) -> Device:
    """Return what a user agent claims to be; each distinct one is read once."""
    if not user_agent.startswith("Mozilla/"):
        return _NOBODY
    device, system = next(
        ((device, system) for found, device, system in _SYSTEMS if found.search(user_agent)),
        ("", ""),
    )
    browser = next((browser for found, browser in _BROWSERS if found.search(user_agent)), "")
    return Device(device, system, browser)
