"""What has a history, and who may see it."""

import pytest
from django.apps import apps

from campaigns.change_kinds import KINDS, OBJECTS, Kind, kinds_of_object


def test_every_model_with_a_history_is_in_the_log() -> None:
    kept = {
        model
        for model in apps.get_app_config("campaigns").get_models()
        if hasattr(model, "history") and not model.__name__.startswith("Historical")
    }

    assert kept == {kind.model for kind in KINDS.values()}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_what_a_kind_names_exists(kind: Kind) -> None:
    names = {field.name for field in kind.model._meta.concrete_fields}

    assert set(kind.labels) | set(kind.money) | set(kind.money.values()) <= names
    assert kind.whole_id.removesuffix("_id") in names
    assert kind.object_code in OBJECTS


def test_a_share_token_is_never_shown() -> None:
    assert "token" in KINDS["convention"].hidden


def test_an_object_comes_with_its_parts() -> None:
    assert [kind.code for kind in kinds_of_object("send")] == ["send", "message"]
    assert [kind.code for kind in kinds_of_object("convention")] == ["convention", "part"]
    assert [kind.code for kind in kinds_of_object("message")] == ["message"]
    assert kinds_of_object("nothing") == []
