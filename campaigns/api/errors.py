"""What services refuse, as answers of the API."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rest_framework.exceptions import APIException

from campaigns.convention_versions import ConventionNotDraftError, ConventionUnsoundError
from campaigns.conventions import Violation
from campaigns.published_rules import NoConventionError
from campaigns.services import (
    ApprovalRefusedError,
    ConventionBrokenError,
    ErrorNotAcceptableError,
    HoldoutFixedError,
    NotReplaceableError,
    ReasonMissingError,
    SendFrozenError,
    SendNotDraftError,
    TransitionNotAllowedError,
    TransitionRefusedError,
    WarningNotFoundError,
)

Fields = dict[str, list[dict[str, str]]]


class RefusedError(APIException):
    """A refusal with its fields and suggestions."""

    def __init__(self, status: int, code: str, message: str, fields: Fields | None = None) -> None:
        self.status_code = status
        self.fields = fields or {}
        super().__init__(message, code)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of the services inside the block into answers."""
    try:
        yield
    except tuple(_ANSWERS) as error:
        raise _ANSWERS[type(error)](error) from error


def _convention_broken(error: ConventionBrokenError) -> RefusedError:
    message = "The UTM values break the naming convention."
    return RefusedError(400, "convention-broken", message, fields_of(error.violations))


def fields_of(violations: Sequence[Violation]) -> Fields:
    """Return violations by field: the rule as the code, the value, and what would pass."""
    fields: Fields = {}
    for found in violations:
        entry = {
            "code": found.rule,
            "message": found.message,
            "value": found.value,
            "suggestion": found.suggestion,
        }
        fields.setdefault(found.field, []).append(entry)
    return fields


def _no_convention(error: NoConventionError) -> RefusedError:
    fields = {"channel": [{"code": "convention-missing", "message": str(error)}]}
    return RefusedError(400, "convention-missing", str(error), fields)


def _frozen(error: SendFrozenError) -> RefusedError:
    entry = {"code": "frozen", "message": "It cannot change once the send is out."}
    fields = {name: [entry] for name in error.fields}
    if "messages" in fields:
        text = f"{entry['message']} POST messages/{{id}}/replace puts a new version in its place."
        fields["messages"] = [{**entry, "message": text}]
    return RefusedError(409, "send-frozen", str(error), fields)


def _holdout_fixed(error: HoldoutFixedError) -> RefusedError:
    entry = {"code": "frozen", "message": str(error)}
    return RefusedError(409, "holdout-fixed", str(error), {name: [entry] for name in error.fields})


def _not_allowed(error: TransitionNotAllowedError) -> RefusedError:
    return RefusedError(409, "transition-not-allowed", str(error))


def _refused(error: TransitionRefusedError) -> RefusedError:
    missing = [
        {"code": result.code, "message": result.message, "fix_url": result.fix_url}
        for result in error.missing
    ]
    return RefusedError(409, "transition-refused", str(error), {"missing": missing})


def _not_draft(error: SendNotDraftError) -> RefusedError:
    return RefusedError(409, "send-not-draft", str(error))


def _not_replaceable(error: NotReplaceableError) -> RefusedError:
    return RefusedError(409, "not-replaceable", str(error))


def _not_approved(error: ApprovalRefusedError) -> RefusedError:
    return RefusedError(409, "approval-refused", str(error))


def _reason_missing(error: ReasonMissingError) -> RefusedError:
    entry = {"code": "reason-missing", "message": str(error), "value": error.reason[:300]}
    return RefusedError(400, "reason-missing", str(error), {"reason": [entry]})


def _no_such_warning(error: WarningNotFoundError) -> RefusedError:
    return RefusedError(409, "warning-not-found", str(error))


def _not_acceptable(error: ErrorNotAcceptableError) -> RefusedError:
    return RefusedError(409, "error-not-acceptable", str(error))


def _convention_not_draft(error: ConventionNotDraftError) -> RefusedError:
    return RefusedError(409, "convention-not-draft", str(error))


def _convention_unsound(error: ConventionUnsoundError) -> RefusedError:
    faults = [{"code": "fault", "message": fault} for fault in error.faults]
    return RefusedError(409, "convention-unsound", str(error), {"faults": faults})


_ANSWERS: dict[type[Exception], Callable[..., RefusedError]] = {
    ConventionBrokenError: _convention_broken,
    NoConventionError: _no_convention,
    SendFrozenError: _frozen,
    HoldoutFixedError: _holdout_fixed,
    TransitionNotAllowedError: _not_allowed,
    TransitionRefusedError: _refused,
    SendNotDraftError: _not_draft,
    NotReplaceableError: _not_replaceable,
    ApprovalRefusedError: _not_approved,
    ReasonMissingError: _reason_missing,
    WarningNotFoundError: _no_such_warning,
    ErrorNotAcceptableError: _not_acceptable,
    ConventionNotDraftError: _convention_not_draft,
    ConventionUnsoundError: _convention_unsound,
}
