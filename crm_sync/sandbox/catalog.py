"""What a fresh CRM account knows: object types, property types, a pipeline, association types."""

from typing import Any

KINDS = {
    "contacts": "contacts", "contact": "contacts", "0-1": "contacts",
    "companies": "companies", "company": "companies", "0-2": "companies",
    "deals": "deals", "deal": "deals", "0-3": "deals",
}  # fmt: skip

MODIFIED = {
    "contacts": "lastmodifieddate",
    "companies": "hs_lastmodifieddate",
    "deals": "hs_lastmodifieddate",
}

PROPERTIES: dict[str, dict[str, str]] = {
    "contacts": {
        "firstname": "string", "lastname": "string", "email": "string", "phone": "string",
        "mobilephone": "string", "associatedcompanyid": "number", "hs_analytics_source": "string",
        "lifecyclestage": "string", "createdate": "datetime", "lastmodifieddate": "datetime",
        "hs_object_id": "number", "hs_merged_object_ids": "string",
    },
    "companies": {
        "name": "string", "domain": "string", "createdate": "datetime",
        "hs_lastmodifieddate": "datetime", "hs_object_id": "number",
        "hs_merged_object_ids": "string",
    },
    "deals": {
        "dealname": "string", "pipeline": "string", "dealstage": "string", "amount": "number",
        "deal_currency_code": "string", "closedate": "datetime", "createdate": "datetime",
        "hubspot_owner_id": "string", "hs_analytics_source": "string",
        "hs_v2_date_entered_current_stage": "datetime", "hs_lastmodifieddate": "datetime",
        "hs_object_id": "number", "hs_merged_object_ids": "string",
    },
}  # fmt: skip

SHOWN_BY_DEFAULT = {
    "contacts": ("firstname", "lastname", "email"),
    "companies": ("name", "domain"),
    "deals": ("dealname", "amount", "dealstage", "pipeline", "closedate"),
}

# (from, to) → (plain type id, primary type id); HubSpot's defined association types.
ASSOCIATION_TYPES: dict[tuple[str, str], tuple[int, int | None]] = {
    ("deals", "contacts"): (3, None),
    ("contacts", "deals"): (4, None),
    ("deals", "companies"): (341, 5),
    ("companies", "deals"): (342, 6),
    ("contacts", "companies"): (279, 1),
    ("companies", "contacts"): (280, 2),
}

_STAGES = (
    ("appointmentscheduled", "Appointment scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified to buy", "0.4"),
    ("presentationscheduled", "Presentation scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision maker bought in", "0.8"),
    ("contractsent", "Contract sent", "0.9"),
    ("closedwon", "Closed won", "1.0"),
    ("closedlost", "Closed lost", "0.0"),
)


def default_pipelines() -> dict[str, dict[str, Any]]:
    """Return a new account's one pipeline, by id."""
    stages = [
        {
            "id": stage,
            "label": label,
            "displayOrder": position,
            "metadata": {
                "probability": probability,
                "isClosed": "true" if stage.startswith("closed") else "false",
            },
        }
        for position, (stage, label, probability) in enumerate(_STAGES)
    ]
    pipeline = {"id": "default", "label": "Sales pipeline", "displayOrder": 0, "stages": stages}
    return {"default": pipeline}
