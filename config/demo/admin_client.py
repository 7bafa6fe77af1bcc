"""A campaign manager at the admin: fills in its forms over HTTP as a browser would."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests


class AdminRefusedError(RuntimeError):
    """A form of the admin came back with errors."""


class _FormParser(HTMLParser):
    """Reads the fields of one form, with their values as the page shows them."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self._form_id = form_id
        self._inside = False
        self._select = ""
        self._area = ""
        self._error_depth = 0
        self.fields: dict[str, list[str]] = {}
        self.options: dict[str, dict[str, str]] = {}
        self.errors: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._error_depth or "errorlist" in given.get("class", "").split():
            self._error_depth += tag not in {"br", "img", "input"}
        if tag == "form":
            self._inside = given.get("id", "") == self._form_id
        elif self._inside and given.get("name"):
            self._read_field(tag, given)
        elif self._inside and tag == "option" and self._select:
            self._read_option(given)

    def _read_field(self, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text")
        if tag == "select":
            self._select = name
            self.options[name] = {}
        elif tag == "textarea":
            self._area = name
            self.fields[name] = [""]
        elif tag == "input" and kind not in {"submit", "button", "file"}:
            is_choice = kind in {"checkbox", "radio"}
            if not is_choice or "checked" in given:
                self.fields.setdefault(name, []).append(
                    given.get("value", "on" if is_choice else "")
                )

    def _read_option(self, given: dict[str, str]) -> None:
        self._option = given.get("value", "")
        self.options[self._select][self._option] = ""
        if "selected" in given:
            self.fields.setdefault(self._select, []).append(self._option)

    def handle_endtag(self, tag: str) -> None:
        self._error_depth = max(0, self._error_depth - 1)
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._error_depth and data.strip():
            self.errors.append(data.strip())
        if self._area:
            self.fields[self._area][0] += data.removeprefix("\n")
        elif self._select and data.strip() and self.options[self._select]:
            self.options[self._select][self._option] += data.strip()


class AdminClient:
    """A signed-in browser without a screen."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._browser = requests.Session()

    def sign_in(self, *, username: str, password: str) -> None:
        """Sign in through the login form."""
        page = self._browser.get(f"{self.url}/admin/login/?next=/admin/", timeout=30)
        parser = _FormParser("login-form")
        parser.feed(page.text)
        answer = self._post(
            page.url, parser.fields | {"username": [username], "password": [password]}
        )
        if "sessionid" not in self._browser.cookies:
            raise AdminRefusedError(f"The admin did not sign {username} in ({answer.status_code})")

    def submit(self, path: str, form_id: str, values: dict[str, Any]) -> requests.Response:
        """Open a page, fill in its form and submit it. A select takes the option's label.

        Raises:
            AdminRefusedError: the form came back; the message tells its errors.
        """
        page = self._browser.get(urljoin(self.url, path), timeout=60)
        parser = _FormParser(form_id)
        parser.feed(page.text)
        if not parser.fields:
            raise AdminRefusedError(f"{path} has no form {form_id} ({page.status_code})")
        filled = parser.fields | {
            name: _choices(value, parser.options.get(name, {})) for name, value in values.items()
        }
        answer = self._post(page.url, filled)
        if answer.status_code == requests.codes.ok and not answer.history:
            told = _FormParser(form_id)
            told.feed(answer.text)
            raise AdminRefusedError(f"{path}: {' '.join(told.errors) or 'the form came back'}")
        answer.raise_for_status()
        return answer

    def add(self, model: str, values: dict[str, Any]) -> requests.Response:
        """Add an object through its form; `model` is `app/name` as in the admin's addresses."""
        form = f"{model.partition('/')[2]}_form"
        return self.submit(f"/admin/{model}/add/", form, {"_save": "Save", **values})

    def _post(self, url: str, fields: dict[str, list[str]]) -> requests.Response:
        return self._browser.post(url, data=fields, headers={"Referer": url}, timeout=120)


def _choices(value: Any, options: dict[str, str]) -> list[str]:
    chosen = value if isinstance(value, list) else [value]
    by_label = {label: key for key, label in options.items()}
    return [by_label.get(str(item), str(item)) for item in chosen]
