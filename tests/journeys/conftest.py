"""What the journeys through the browser share: one browser and one server for a whole file."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from playwright.sync_api import Browser, sync_playwright

from config.processes import Processes
from tests.journeys.browser import PASSWORD, Desk
from tests.journeys.installation import Installation, a_server, furnish
from tests.links.web import PAGE, Web, serve


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    # Playwright's event loop runs in this thread; the tests themselves are ordinary blocking code
    with pytest.MonkeyPatch.context() as monkeypatch, sync_playwright() as playwright:
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def website() -> Iterator[Web]:
    """Serve the company's own pages, which short links lead to."""
    with serve({"/trial": PAGE, "/trial-b": PAGE}) as website:
        yield website


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, website: Web, django_db_setup: None
) -> Iterator[tuple[str, Processes]]:
    folder = tmp_path_factory.mktemp("installation")
    with a_server(folder, LINK_CHECK_ALLOWED_PRIVATE_HOSTS=website.host) as server:
        yield server


@pytest.fixture
def textrail(server: tuple[str, Processes], transactional_db: None) -> Installation:
    """Return an installation that is as new: the server stays, its rows are this test's."""
    return furnish(*server)


@pytest.fixture
def desk_of(browser: Browser, textrail: Installation) -> Iterator[Callable[..., Desk]]:
    """Seat people at their browsers: a user with the rights of these groups and no others."""
    desks: list[Desk] = []

    def seat(username: str, *groups: str) -> Desk:
        user: Any = get_user_model().objects.create_user(
            username, password=PASSWORD, is_staff=True
        )
        user.groups.set(Group.objects.filter(name__in=groups))
        assert user.groups.count() == len(groups)
        desk = Desk(browser, textrail.url)
        desks.append(desk)
        desk.sign_in(username)
        return desk

    yield seat
    for desk in desks:
        desk.close()
