"""The web server's entry: short-link traffic to the redirector, the rest to Django.

`application` is made when a server asks for it, in the process that serves: it loads all links
and starts the threads that keep them fresh, which must not happen before a fork.
"""

import gc
import os
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import django
from django.conf import settings
from django.http.request import split_domain_port, validate_host

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Environ = dict[str, Any]
WsgiApplication = Callable[[Environ, Any], Iterable[bytes]]

RESERVED = frozenset(
    {
        "", "admin", "api", "static", "healthz", "readyz", "metrics", "hooks", "conventions",
        "t.js",
    }
)  # fmt: skip
"""First path segments that are Django's on a host which serves both."""


class Dispatcher:
    """Sends a request to the redirector or to Django, by its host and first path segment.

    `is_short_domain` says whether a Host header names one of our short domains.
    """

    def __init__(
        self,
        *,
        is_short_domain: Callable[[str], object],
        redirector: WsgiApplication,
        django_application: WsgiApplication,
    ) -> None:
        self._is_short_domain = is_short_domain
        self._redirector = redirector
        self._django = django_application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        host = environ.get("HTTP_HOST", "")
        if self._is_short_domain(host) and not (
            _is_django_host(host) and environ["PATH_INFO"][1:].partition("/")[0] in RESERVED
        ):
            return self._redirector(environ, start_response)
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
    from tracking.journal import Journal  # noqa: PLC0415
    from tracking.redirector import Redirector  # noqa: PLC0415

    resolver = LiveResolver()
    resolver.start()
    journal = Journal(
        folder=settings.JOURNAL_DIR,
        sync_seconds=settings.JOURNAL_SYNC_SECONDS,
        rotate_bytes=settings.JOURNAL_ROTATE_BYTES,
        rotate_seconds=settings.JOURNAL_ROTATE_SECONDS,
    )
    redirector = Redirector(
        resolver=resolver,
        journal=journal,
        hash_key=settings.HASH_KEY,
        trusted_proxies=settings.TRUSTED_PROXIES,
    )
    # What is loaded now lives as long as the process. Frozen, the garbage collector never walks
    # through it again: with a million links that would hold up a tap for seconds.
    gc.collect()
    gc.freeze()
    return Dispatcher(
        is_short_domain=resolver.domain,
        redirector=redirector,
        django_application=LazyDjango(),
    )


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
