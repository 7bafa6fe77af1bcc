"""A person at a browser: opens pages, presses buttons, and notices what goes wrong unseen."""

from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

WIDE: ViewportSize = {"width": 1400, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
PASSWORD = "correct horse"
_PATIENCE = 60_000
"""Milliseconds until a story fails because what it waits for does not come."""


class Desk:
    """One person's own browser window at an installation, who is signed in already.

    Every page that is opened or read is also made as narrow as a phone, where nothing may
    stick out sideways. `complaints` is what the browser's console reported, such as a script
    that the content policy stopped.
    """

    def __init__(self, browser: Browser, url: str, user: Any) -> None:
        self.url = url
        self.user = user
        self.complaints: list[str] = []
        self._context = browser.new_context(viewport=WIDE, accept_downloads=True)
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(_PATIENCE)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())
        self._arrive_signed_in()

    def close(self) -> None:
        """Shut the window; fail if the console complained."""
        self._context.close()
        assert not self.complaints, "\n".join(self.complaints)

    def sign_in(self) -> None:
        """Sign in anew, with the password that every person of these stories has."""
        self._context.clear_cookies()
        self.page.goto(f"{self.url}/admin/")
        self.page.fill("#id_username", self.user.username)
        self.page.fill("#id_password", PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(f"{self.url}/admin/")
        self.fits_a_phone()

    def open(self, path: str) -> None:
        """Open a page by its path."""
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None
        assert answer.ok, f"{path} answered {answer.status}"
        self.fits_a_phone()

    def press(self, name: str) -> None:
        """Press a button by its exact name, and wait for the answer."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow a link by its exact name."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def save(self) -> None:
        """Press the form's own Save, and wait for the answer."""
        with self.page.expect_navigation():
            self.page.click("[name=_save]")

    def sees(self, *texts: str) -> None:
        """Wait for texts that a person must be able to see."""
        for text in texts:
            expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()
        self.fits_a_phone()

    def field(self, name: str) -> Locator:
        """Return the input of a form by its name."""
        return self.page.locator(f"[name='{name}']")

    def suggestion(self, field: str) -> Locator:
        """Return the button that fills a field with what would pass."""
        return self.page.locator(f"button[data-fill='id_{field}']")

    def fits_a_phone(self) -> None:
        """Fail if the page sticks out sideways on a phone."""
        self.page.wait_for_load_state("load")
        self.page.set_viewport_size(PHONE)
        wide = self.page.evaluate(_STICKING_OUT)
        self.page.set_viewport_size(WIDE)
        assert not wide, f"{self.page.url} sticks out on a phone: {wide}"

    def _arrive_signed_in(self) -> None:
        client = Client()
        client.force_login(self.user)
        name = settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        self._context.add_cookies([{"name": name, "value": value, "url": self.url}])

    def _note_console(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(f"{self.page.url}: {message.text}")


_STICKING_OUT = """() => {
  const width = window.innerWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .slice(0, 5)
    .map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`);
}"""
