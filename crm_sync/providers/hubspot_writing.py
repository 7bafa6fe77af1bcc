"""Writes a lead's origin to properties of HubSpot's contacts."""

from collections.abc import Mapping
from typing import Any

from crm_sync.http import ApiError, CrmClient, ErrorCategory
from crm_sync.mapping import PROPERTY_GROUP, WRITTEN_PROPERTIES

BATCH_LIMIT = 100


def prepare_contact_properties(client: CrmClient, *, version: str) -> None:
    """Create the missing properties and compare the present ones with what we write.

    Raises:
        ApiError: as the client does, and of category configuration where a property of
            that name exists with another type.
    """
    path = f"/crm/properties/{version}/contacts"
    present = {str(found["name"]): found for found in client.get(path).get("results", ())}
    missing = [name for name in WRITTEN_PROPERTIES if name not in present]
    if missing:
        _create(client, f"{path}/groups", PROPERTY_GROUP)
    for name in missing:
        label, kind, field_kind = WRITTEN_PROPERTIES[name]
        body = {
            "name": name, "label": label, "groupName": PROPERTY_GROUP["name"],
            "type": kind, "fieldType": field_kind,
            "description": "Written by Textrail from the lead's first touch.",
        }  # fmt: skip
        if not _create(client, path, body):
            present[name] = client.get(f"{path}/{name}")
    for name in present.keys() & WRITTEN_PROPERTIES.keys():
        _compare(name, present[name])


def write_contact_properties(
    client: CrmClient, *, values: Mapping[str, Mapping[str, str]], version: str
) -> dict[str, ApiError | None]:
    """Write property values by contact id. Return per contact None or why not.

    A batch that is refused as a whole, and contacts that an answer does not mention (a merged
    contact answers under its new id), are written one by one.

    Raises:
        ApiError: retryable or of category configuration: nothing can be said per contact.
    """
    path = f"/crm/objects/{version}/contacts"
    verdicts: dict[str, ApiError | None] = {}
    ids = list(values)
    for start in range(0, len(ids), BATCH_LIMIT):
        chunk = ids[start : start + BATCH_LIMIT]
        verdicts |= _write_batch(client, path, {key: values[key] for key in chunk})
    for external_id in ids:
        if external_id not in verdicts:
            verdicts[external_id] = _write_one(client, path, external_id, values[external_id])
    return verdicts


def _write_batch(
    client: CrmClient, path: str, values: Mapping[str, Mapping[str, str]]
) -> dict[str, ApiError | None]:
    inputs = [{"id": key, "properties": dict(wanted)} for key, wanted in values.items()]
    try:
        answer = client.post(f"{path}/batch/update", {"inputs": inputs})
    except ApiError as error:
        if error.category is not ErrorCategory.PERMANENT:
            raise
        return {}
    verdicts: dict[str, ApiError | None] = {
        str(result["id"]): None for result in answer.get("results", ()) if result["id"] in values
    }
    for refusal in answer.get("errors", ()):
        for external_id in (refusal.get("context") or {}).get("ids", ()):
            if external_id in values:
                verdicts[external_id] = _refused(refusal)
    return verdicts


def _write_one(
    client: CrmClient, path: str, external_id: str, wanted: Mapping[str, str]
) -> ApiError | None:
    try:
        client.patch(f"{path}/{external_id}", {"properties": dict(wanted)})
    except ApiError as error:
        if error.category is not ErrorCategory.PERMANENT:
            raise
        return error
    return None


def _refused(refusal: Mapping[str, Any]) -> ApiError:
    said = str(refusal.get("message") or refusal.get("category") or "no reason given")
    return ApiError(f"HubSpot refused the contact: {said}", category=ErrorCategory.PERMANENT)


def _create(client: CrmClient, path: str, body: Mapping[str, Any]) -> bool:
    """Return whether it was created; False where it is already there."""
    try:
        client.post(path, body)
    except ApiError as error:
        if error.status != 409:
            raise
        return False
    return True


def _compare(name: str, found: Mapping[str, Any]) -> None:
    wanted = WRITTEN_PROPERTIES[name][1]
    if found.get("type") != wanted:
        raise ApiError(
            f"HubSpot already has a contact property {name} of type {found.get('type')}; "
            f"Textrail writes {wanted}. Rename or delete that property in HubSpot.",
            category=ErrorCategory.CONFIGURATION,
        )
