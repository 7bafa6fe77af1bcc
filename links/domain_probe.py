"""Is a domain ours, and does this installation answer under it? Asks DNS and the host itself."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from links.checker import MARK
from links.dns_records import NoDnsAnswerError, addresses_of, texts_of
from links.guarded_http import GuardedSession, NoAnswerError, is_allowed_host
from links.page_verdicts import ending_certificates
from links.verdicts import Problem, Severity

PROBE_PATH = "/.well-known/textrail"
_PREFIX = "textrail-verification="
_MAX_SECONDS = 15
_MOST_BYTES = 200


@dataclass(frozen=True, slots=True)
class DomainFacts:
    """What is known of a domain before anybody is asked."""

    host: str
    scheme: str
    token: str

    @property
    def name(self) -> str:
        """The host without a port, as DNS knows it."""
        return self.host.partition(":")[0]

    @property
    def record_name(self) -> str:
        """Where the TXT record belongs that proves whose domain it is."""
        return f"_textrail.{self.name}"

    @property
    def record_value(self) -> str:
        """What that record says."""
        return f"{_PREFIX}{self.token}"


@dataclass(slots=True)
class DomainFinding:
    """What a look at a domain found."""

    has_record: bool = False
    is_serving: bool = False
    certificate_ends_at: datetime | None = None
    problems: list[Problem] = field(default_factory=list)


def look_at(
    facts: DomainFacts, *, now: datetime, allowed_private_hosts: Collection[str]
) -> DomainFinding:
    """Ask the host and DNS. Never raises for what the network does.

    A host that is exempt from the guard against private addresses is on a machine of ours, of
    which no public DNS knows: its own answer is proof enough.
    """
    finding = DomainFinding()
    _probe(finding, facts, now, allowed_private_hosts)
    if is_allowed_host(f"{facts.scheme}://{facts.host}", allowed_private_hosts):
        finding.has_record = finding.is_serving
    else:
        _look_up(finding, facts)
    return finding


def _probe(
    finding: DomainFinding, facts: DomainFacts, now: datetime, allowed: Collection[str]
) -> None:
    url = f"{facts.scheme}://{facts.host}{PROBE_PATH}"
    with GuardedSession(
        headers={"User-Agent": MARK, "Accept-Encoding": "identity"},
        allowed_private_hosts=allowed,
        seconds=_MAX_SECONDS,
    ) as session:
        try:
            with session.request("GET", url) as response:
                said = response.raw.read(_MOST_BYTES, decode_content=False)
        except NoAnswerError as error:
            finding.problems.append(_no_answer(facts, error))
        except Exception:  # noqa: BLE001 -- a body that breaks off in whatever way is no token
            finding.problems.append(_stranger(facts, "its answer broke off"))
        else:
            finding.is_serving = response.status_code == 200 and _is_token(said, facts)
            if not finding.is_serving:
                finding.problems.append(_stranger(facts, f"it answers {response.status_code}"))
        finding.certificate_ends_at = session.certificate_ends.get(facts.name)
        finding.problems.extend(ending_certificates(session.certificate_ends, now))


def _is_token(said: bytes, facts: DomainFacts) -> bool:
    return said.decode("utf-8", "replace").strip() == facts.token


def _stranger(facts: DomainFacts, what: str) -> Problem:
    return Problem(
        "not-ours",
        f"Something else answers under {facts.host}: {what} at {PROBE_PATH}. Point the host at "
        "this installation, and let the proxy in front pass on the Host header.",
    )


def _no_answer(facts: DomainFacts, error: NoAnswerError) -> Problem:
    if error.code == "unreachable" and not _has_address(facts):
        return Problem(
            "no-address",
            f"{facts.name} leads nowhere yet: DNS has no address for it. Add the record that "
            "points it here.",
        )
    advice = {
        "private-address": "A domain for messages needs a public address.",
        "timeout": "Is a firewall in between, or is the proxy not running?",
        "unreachable": "Is the proxy running, and does it listen for this host?",
        "tls": "Let the proxy in front fetch a certificate for this host.",
    }
    return Problem(error.code, f"{error} {advice.get(error.code, '')}".strip())


def _has_address(facts: DomainFacts) -> bool:
    if facts.name.rpartition(".")[2].isdecimal() or "." not in facts.name:
        return True  # an address itself, or this machine's own name
    try:
        return bool(addresses_of(facts.name))
    except NoDnsAnswerError:
        return True  # not known: the other words are true, too


def _look_up(finding: DomainFinding, facts: DomainFacts) -> None:
    try:
        texts = texts_of(facts.record_name)
    except NoDnsAnswerError:
        problem = f"No name server answered for {facts.record_name}. It is asked again soon."
        finding.problems.append(Problem("dns-silent", problem, Severity.WARNING))
        return
    finding.has_record = facts.record_value in {text.strip() for text in texts}
    if not finding.has_record:
        found = f" It holds “{texts[0][:80]}”." if texts else ""
        finding.problems.append(
            Problem(
                "no-record",
                f"No TXT record at {facts.record_name} says {facts.record_value}.{found} "
                "New records can take an hour to be seen.",
                Severity.WARNING,
            )
        )
