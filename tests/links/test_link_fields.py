"""The form's fields for tags and targets."""

import pytest
from django.forms import ValidationError
from django.http import QueryDict

from links.link_fields import TagsField, TagsWidget, TargetsWidget

TARGET = {
    "devices": ["ios"],
    "countries": ["DE", "AT"],
    "destination_url": "https://apps.example/x",
}


def test_tags_are_edited_as_a_line_and_kept_as_a_list() -> None:
    field = TagsField(required=False)
    assert field.prepare_value(["a", "b"]) == "a, b"
    assert field.clean("B, a") == ["a", "b"]
    assert field.clean("") == []


def test_another_order_of_tags_is_no_change() -> None:
    field = TagsField(required=False)
    assert not field.has_changed(["a", "b"], "b, A")
    assert field.has_changed(["a"], "a, b")


def test_a_tag_that_is_not_allowed_is_said_at_the_field() -> None:
    with pytest.raises(ValidationError, match="too long"):
        TagsField(required=False).clean("x" * 50)


def test_known_tags_stand_below_the_field() -> None:
    html = TagsWidget(["poster"]).render("tags", [], {"id": "id_tags"})
    assert 'data-tags-for="id_tags"' in html
    assert 'data-tag="poster"' in html


def posted(**values: list[str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, given in values.items():
        data.setlist(name.replace("__", "-"), given)
    return data


def test_rows_of_targets_are_read_in_their_order_and_empty_ones_left_out() -> None:
    data = posted(
        t__0__url=[" https://apps.example/x "], t__0__devices=["ios"], t__0__countries=["de, AT"],
        t__1__url=[""], t__1__countries=[""],
        t__2__url=["https://b.example/"], t__2__countries=["us"],
    )  # fmt: skip
    assert TargetsWidget().value_from_datadict(data, {}, "t") == [
        {**TARGET, "countries": ["de", "AT"]},
        {"devices": [], "countries": ["us"], "destination_url": "https://b.example/"},
    ]


def test_a_row_without_destination_is_kept_to_be_refused() -> None:
    data = posted(t__0__url=[""], t__0__devices=["ios"])
    (row,) = TargetsWidget().value_from_datadict(data, {}, "t")
    assert row["destination_url"] == ""


def test_a_form_without_such_rows_leaves_targets_alone() -> None:
    assert TargetsWidget().value_omitted_from_data(posted(title=["x"]), {}, "t")


def test_targets_are_shown_with_empty_rows_for_more() -> None:
    html = TargetsWidget().render("t", [TARGET], {"id": "id_t"})
    assert 'value="DE, AT"' in html
    assert html.count("Another target") == 2
    assert 'name="t-2-url"' in html
