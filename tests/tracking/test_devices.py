"""Device, system and browser out of what user agents claim."""

import pytest

from tracking.devices import Device, read_device

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
PIXEL = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
PC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (IPHONE + "Version/18.5 Mobile/15E148 Safari/604.1", ("phone", "iOS", "Safari")),
        (IPHONE + "CriOS/138.0 Mobile/15E148 Safari/604.1", ("phone", "iOS", "Chrome")),
        (IPHONE + "FxiOS/140.0 Mobile/15E148 Safari/605.1.15", ("phone", "iOS", "Firefox")),
        (IPHONE + "Mobile/15E148 [FBAN/FBIOS;FBAV/500.0]", ("phone", "iOS", "Facebook app")),
        (IPHONE + "Mobile/15E148 Instagram 380.0", ("phone", "iOS", "Instagram app")),
        (IPHONE + "GSA/370.0 Mobile/15E148 Safari/604.1", ("phone", "iOS", "Google app")),
        (IPHONE + "Mobile/15E148", ("phone", "iOS", "Inside an app")),
        (PIXEL + "Chrome/138.0.0.0 Mobile Safari/537.36", ("phone", "Android", "Chrome")),
        (PIXEL + "Chrome/138.0.0.0 Safari/537.36", ("tablet", "Android", "Chrome")),
        (
            PIXEL + "SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
            ("phone", "Android", "Samsung Internet"),
        ),
        (
            PIXEL.replace("; K)", "; K; wv)") + "Version/4.0 Chrome/138.0 Mobile Safari/537.36",
            ("phone", "Android", "Inside an app"),
        ),
        (PC + "Chrome/138.0.0.0 Safari/537.36", ("desktop", "Windows", "Chrome")),
        (PC + "Chrome/138.0.0.0 Safari/537.36 Edg/138.0", ("desktop", "Windows", "Edge")),
        (PC + "Chrome/138.0.0.0 Safari/537.36 OPR/120.0", ("desktop", "Windows", "Opera")),
        (MAC + "Version/18.5 Safari/605.1.15", ("desktop", "macOS", "Safari")),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            ("desktop", "Linux", "Firefox"),
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/138.0 Safari/537.36",
            ("desktop", "ChromeOS", "Chrome"),
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/6",
            ("tablet", "iOS", "Safari"),
        ),
    ],
)
def test_a_browser_says_what_it_runs_on(user_agent: str, expected: tuple[str, str, str]) -> None:
    assert read_device(user_agent) == Device(*expected)


@pytest.mark.parametrize("user_agent", ["", "curl/8.5.0", "WhatsApp/2.23", "iPhone"])
def test_a_program_has_no_device(user_agent: str) -> None:
    assert read_device(user_agent) == Device()


def test_what_fits_nothing_is_left_empty() -> None:
    assert read_device("Mozilla/5.0 (PlayStation 5)") == Device()
