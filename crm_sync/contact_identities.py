"""Which identities a CRM contact names, and joining them into one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_sync.intake_counts import crop
from crm_sync.models import Contact, SyncProblem
from crm_sync.problems import FoundProblem
from crm_sync.records import ContactRecord
from tracking.identity import JoinRequest, ensure_identities, join_all, revoke
from tracking.identity_values import IdentityKey, UnusableIdentityError, normalise_key
from tracking.models import Identity, IdentityEdge

_NAMES = {"email": "e-mail address", "phone": "phone number", "crm": "id"}


@dataclass(frozen=True, slots=True)
class ContactKeys:
    """What a contact is known by; None where it has none or one that names nobody."""

    crm: IdentityKey | None
    email: IdentityKey | None
    phone: IdentityKey | None
    email_text: str
    phone_text: str
    problems: tuple[FoundProblem, ...]


def read_keys(connection_slug: str, record: ContactRecord) -> ContactKeys:
    """Normalise the contact's id, e-mail address and phone number; name what is unusable."""
    problems: list[FoundProblem] = []
    crm = _read("crm", f"{connection_slug}:{record.external_id}", record, problems)
    email = _read("email", record.email, record, problems)
    phone = _read("phone", record.phone, record, problems)
    return ContactKeys(
        crm=crm,
        email=email,
        phone=phone,
        email_text=email.value if email else crop(record.email, 320),
        phone_text=phone.value if phone else "",
        problems=tuple(problems),
    )


def join_keys(joins: Sequence[tuple[Contact, ContactKeys]], *, now: datetime) -> None:
    """Give each contact its CRM identity, joined with the address and number it has now.

    The evidence for an address that the CRM no longer says is gone: that edge is revoked.
    """
    named = {
        (key.kind, key.value)
        for _, keys in joins
        for key in (keys.crm, keys.email, keys.phone)
        if key is not None
    }
    identities = ensure_identities(sorted(named), now)
    requests = []
    for contact, keys in joins:
        if keys.crm is None:
            continue
        contact.identity = identities["crm", keys.crm.value]
        requests += _requests(contact, keys, identities)
    _revoke_outdated(joins, now=now)
    join_all(requests, now=now)


def _requests(
    contact: Contact, keys: ContactKeys, identities: dict[tuple[str, str], Identity]
) -> list[JoinRequest]:
    evidence = f"contact {keys.crm.value}" if keys.crm else ""
    return [
        JoinRequest(
            a=contact.identity,
            b=identities[key.kind, key.value],
            kind=IdentityEdge.Kind.CRM_CONTACT,
            evidence=evidence,
        )
        for key in (keys.email, keys.phone)
        if key is not None and not key.is_blocked
    ]


def _revoke_outdated(joins: Sequence[tuple[Contact, ContactKeys]], *, now: datetime) -> None:
    said = {
        contact.identity_id: {
            (key.kind, key.value) for key in (keys.email, keys.phone) if key is not None
        }
        for contact, keys in joins
        if not contact._state.adding
    }
    edges = IdentityEdge.objects.live().filter(kind=IdentityEdge.Kind.CRM_CONTACT)
    for near, far in (("a", "b"), ("b", "a")):
        for edge in edges.filter(**{f"{near}__in": said}).select_related(far):
            other: Identity = getattr(edge, far)
            if (other.kind, other.value) not in said[getattr(edge, f"{near}_id")]:
                revoke(edge=edge, reason="The CRM contact has another address now", now=now)


def _read(
    kind: str, text: str, record: ContactRecord, problems: list[FoundProblem]
) -> IdentityKey | None:
    if not text.strip():
        return None
    try:
        return normalise_key(kind, text.replace("\0", ""))
    except UnusableIdentityError as error:
        problems.append(_unusable(kind, record, str(error)))
        return None


def _unusable(kind: str, record: ContactRecord, message: str) -> FoundProblem:
    severity = SyncProblem.Severity
    return FoundProblem(
        code=f"unusable-{'id' if kind == 'crm' else kind}",
        message=f"The contact’s {_NAMES[kind]} names nobody. {message}",
        object_type="contacts",
        external_id=record.external_id,
        severity=severity.ERROR if kind == "crm" else severity.WARNING,
    )
