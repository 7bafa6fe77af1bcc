"""The web server's entry: short-link traffic to the redirector, the rest to Django.

`application` is made when a server asks for it, in the process that serves: it loads all links
and starts the threads that keep them fresh, which must not happen before a fork.
"""

import gc
import os
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.http.request import split_domain_port, validate_host

if TYPE_CHECKING:
    from tracking.redirector import Redirector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Environ = dict[str, Any]
WsgiApplication = Callable[[Environ, Any], Iterable[bytes]]

RESERVED = frozenset(
    {
        "", "admin", "api", "static", "healthz", "readyz", "metrics", "hooks", "conventions",
        "t.js", "report-mail",
    }
)  # fmt: skip
"""First path segments that are Django's on a host which serves both."""


class Dispatcher:
    """Sends a request to the redirector or to Django, by its host and first path segment."""

    def __init__(self, *, redirector: "Redirector", django_application: WsgiApplication) -> None:
        self._domain = redirector.domain
        self._redirect = redirector.answer
        self._django = django_application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        host = environ.get("HTTP_HOST", "")
        domain = self._domain(host)
        if domain is not None and not (
            _is_django_host(host) and environ["PATH_INFO"][1:].partition("/")[0] in RESERVED
        ):
            return self._redirect(domain, environ, start_response)
        return self._django(environ, start_response)


@lru_cache(maxsize=1024)
def _is_django_host(host: str) -> bool:
    """Say whether ALLOWED_HOSTS names the host. Asked only of short domains."""
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


class LazyDjango:
    """Django's handler, made with the first request that needs it: a redirector may never."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handler: WsgiApplication | None = None

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        if self._handler is None:
            self._handler = self._make()
        return self._handler(environ, start_response)

    def _make(self) -> WsgiApplication:
        from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415 -- that is the point

        with self._lock:
            return self._handler or WSGIHandler()


def build_application() -> Dispatcher:
    """Load the links, start keeping them fresh, and return the callable for the server."""
    django.setup(set_prefix=False)
    from links.live_resolver import LiveResolver  # noqa: PLC0415 -- needs the applications loaded
    from tracking.countries import open_countries  # noqa: PLC0415
    from tracking.journal import Journal  # noqa: PLC0415
    from tracking.redirector import Redirector  # noqa: PLC0415
    from tracking.visitors import Visitors  # noqa: PLC0415

    resolver = LiveResolver()
    resolver.start()
    journal = Journal(
        folder=settings.JOURNAL_DIR,
        sync_seconds=settings.JOURNAL_SYNC_SECONDS,
        rotate_bytes=settings.JOURNAL_ROTATE_BYTES,
        rotate_seconds=settings.JOURNAL_ROTATE_SECONDS,
    )
    countries = open_countries(settings.COUNTRY_DATABASE)
    redirector = Redirector(
        resolver=resolver,
        journal=journal,
        visitors=Visitors(hash_key=settings.HASH_KEY, trusted_proxies=settings.TRUSTED_PROXIES),
        country_of=countries.country if countries else None,
    )
    # What is loaded now lives as long as the process. Frozen, the garbage collector never walks
    # through it again: with a million links that would hold up a tap for seconds.
    gc.collect()
    gc.freeze()
    return Dispatcher(redirector=redirector, django_application=LazyDjango())


_building = threading.Lock()
_built: dict[str, Dispatcher] = {}


def __getattr__(name: str) -> Dispatcher:
    """Make `application` when it is first asked for (PEP 562)."""
    if name != "application":
        raise AttributeError(name)
    with _building:
        if name not in _built:
            _built[name] = build_application()
        return _built[name]
