"""HTTP requests to addresses that people or other systems named, which must never lead inside.

Private, loopback, link-local and metadata addresses are refused: the name is resolved once, the
address checked, and the connection goes to that very address, so neither a redirect nor a
rebound name leads inside. Only hosts that a setting names are exempt. Redirects are not
followed, and no proxy is used.
"""

import contextlib
import socket
import threading
from collections.abc import Collection, Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urldefrag, urlsplit

import requests
from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, PolicyConfigOptions
from AntiSSRF._antissrf_agent import _AntiSSRFAdapter

from links.certificates import certificate_end, certificate_fault
from links.watched_connections import watch_connections

_TIMEOUTS = (5.0, 10.0)  # seconds to connect, seconds between two parts of the answer
_INSIDE_NAMES = frozenset({"localhost", "local", "internal", "lan", "home", "corp"})


class NoAnswerError(Exception):
    """An address was refused, or gave no HTTP answer. `code` says which, the text why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class GuardedSession:
    """Two sessions with one set of cookies: a guarded one, and one for the exempt hosts.

    `allowed_private_hosts` names hosts (`host` or `host:port`) that may be private. In a `with`,
    all requests together may take `seconds`: then whatever is open is cut off, however slowly it
    drips. `certificate_ends` tells until when the certificate of each host that was asked lasts.
    """

    def __init__(
        self,
        *,
        headers: Mapping[str, str],
        allowed_private_hosts: Collection[str] = (),
        seconds: float | None = None,
    ) -> None:
        self.certificate_ends: dict[str, datetime] = {}
        self._open: list[socket.socket] = []
        self._is_over = threading.Event()
        self._timer = threading.Timer(seconds, self.cut_off) if seconds else None
        self._allowed = frozenset(host.lower() for host in allowed_private_hosts)
        self._guarded = _guarded_session()
        self._exempt = requests.Session()
        self._exempt.cookies = self._guarded.cookies
        for session in (self._guarded, self._exempt):
            watch_connections(session, self._note)
            session.trust_env = False  # a proxy or a netrc would lead around the guard
            session.headers.update(headers)

    def __enter__(self) -> Self:
        if self._timer:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        if self._timer:
            self._timer.cancel()
        self._guarded.close()
        self._exempt.close()

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Return the answer with its body unread; close it, or use it in a `with`.

        Raises:
            NoAnswerError: refused, unreachable, too slow, or not HTTP.
        """
        host = urlsplit(url).netloc.lower()
        options = {"timeout": _TIMEOUTS, "allow_redirects": False, "stream": True, **options}
        try:
            response = self._session_for(url).request(method, urldefrag(url).url, **options)
        except (AntiSSRFError, requests.RequestException, OSError, ValueError) as error:
            raise self._why(host, error) from error
        self.check_time(url)
        return response

    def check_time(self, url: str) -> None:
        """Refuse what was read when the time was over: it may have been cut off.

        Raises:
            NoAnswerError: the time of all requests together is over.
        """
        if self._is_over.is_set():
            host = urlsplit(url).netloc.lower()
            raise NoAnswerError("timeout", f"{host} did not answer in time.")

    def _why(self, host: str, error: Exception) -> NoAnswerError:
        if isinstance(error, AntiSSRFError):
            return NoAnswerError(
                "private-address",
                f"{host} leads to a private or reserved network address, which is refused.",
            )
        if isinstance(error, requests.Timeout) or self._is_over.is_set():
            return NoAnswerError("timeout", f"{host} did not answer in time.")
        if isinstance(error, requests.exceptions.SSLError):
            return NoAnswerError("tls", f"{host} {certificate_fault(error)}")
        return NoAnswerError("unreachable", f"{host} cannot be reached.")

    def redirect_target(self, response: requests.Response) -> str | None:
        """Return a redirect's target as it was sent; None where it is no redirect."""
        return self._guarded.get_redirect_target(response)

    def _note(self, host: str, sock: socket.socket) -> None:
        self._open.append(sock)
        end = certificate_end(sock)
        if end:
            self.certificate_ends[host] = end

    def cut_off(self) -> None:
        """End at once what is open; whoever waits for an answer gets none."""
        self._is_over.set()
        for sock in self._open:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _session_for(self, url: str) -> requests.Session:
        return self._exempt if is_allowed_host(url, self._allowed) else self._guarded


def is_allowed_host(url: str, allowed_private_hosts: Collection[str]) -> bool:
    """Tell whether an address's host is exempt, with its port or with any."""
    parts = urlsplit(url)
    return bool({parts.netloc.lower(), parts.hostname or ""} & set(allowed_private_hosts))


def is_plainly_private(url: str) -> bool:
    """Tell whether an address names a private host outright, without asking DNS.

    Names that only lead inside are refused when they are asked.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host.rpartition(".")[2] in _INSIDE_NAMES


class _PortKeepingAdapter(_AntiSSRFAdapter):  # type: ignore[misc]
    """The guard names the host without its port; a server on an unusual port needs both."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Let the guard resolve, check and pin the address, then restore the Host header."""
        host, options = super().build_connection_pool_key_attributes(request, verify, cert)
        request.headers["Host"] = urlsplit(str(request.url)).netloc
        return host, options


def _guarded_session() -> requests.Session:
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.allow_plain_text_http = True  # what a visitor's browser would open, too
    policy.add_xff_header = False
    session: requests.Session = policy.get_antissrf_session()
    session.mount("http://", _PortKeepingAdapter(policy))
    session.mount("https://", _PortKeepingAdapter(policy))
    return session
