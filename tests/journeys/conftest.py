"""What the journeys through the browser share: one server for a whole file."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from config.processes import Processes
from tests.journeys.browser import PASSWORD, Desk
from tests.journeys.installation import Installation, a_server, furnish
from tests.links.web import PAGE, Web, serve


@pytest.fixture
def browser(chromium: str, textrail: Installation, monkeypatch: Any) -> Iterator[Browser]:
    # Playwright's event loop runs in this thread; the tests themselves are ordinary blocking code.
    # While it runs, Django uses another connection: hence a browser a test, after the rows.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()
        connections.close_all()


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
def textrail(
    server: tuple[str, Processes], website: Web, transactional_db: None, settings: Any
) -> Installation:
    """Return an installation that is as new: the server stays, its rows are this test's."""
    textrail = furnish(*server)
    here = textrail.url.removeprefix("http://")
    settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [website.host, here]
    return textrail


@pytest.fixture
def desk_of(browser: Browser, textrail: Installation) -> Iterator[Callable[..., Desk]]:
    """Seat people at their browsers: a user with the rights of these groups and no others."""
    desks: list[Desk] = []

    def seat(username: str, *groups: str) -> Desk:
        user: Any = get_user_model().objects.create_user(username, password=PASSWORD, is_staff=True)
        user.groups.set(Group.objects.filter(name__in=groups))
        assert user.groups.count() == len(groups)
        desk = Desk(browser, textrail.url, user)
        desks.append(desk)
        return desk

    yield seat
    for desk in desks:
        desk.close()
