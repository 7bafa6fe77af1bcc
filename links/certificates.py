"""A server's certificate: until when it lasts, and in words why one is refused."""

import socket
import ssl
from datetime import UTC, datetime

_FAULTS = {
    9: "has a certificate that is not valid yet",
    10: "has a certificate that has expired",
    18: "has a certificate that it signed itself",
    19: "has a certificate that nobody known has signed",
    20: "does not send the certificates between its own and a known authority's",
    62: "has a certificate of another host",
    64: "has a certificate of another host",
}  # By OpenSSL's X509_V_ERR numbers


def certificate_end(sock: socket.socket) -> datetime | None:
    """Return when the certificate of an open connection ends, None where it has none."""
    certificate = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def certificate_fault(error: BaseException) -> str:
    """Return the rest of a sentence that begins with the host: why browsers warn of it."""
    cause = _verification(error)
    fault = _FAULTS.get(cause.verify_code) if cause else None
    return f"{fault or 'has no valid certificate'}: browsers warn of it."


def _verification(error: object) -> ssl.SSLCertVerificationError | None:
    """Find OpenSSL's own error inside those that urllib3 and requests have put around it."""
    for _ in range(8):
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in getattr(error, "args", ()) if _is_error(arg)), None)
        error = inner
    return None


def _is_error(value: object) -> bool:
    return isinstance(value, BaseException)
