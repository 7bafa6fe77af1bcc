"""The admin's pages of conventions: drafts, their live preview, publishing."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from campaigns.convention_versions import draft_new_version
from campaigns.models import ConventionToken, NamingConvention
from tests.campaigns.builders import a_channel, a_convention, a_superuser, a_user

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def owner() -> Client:
    return signed_in(a_superuser())


def member_of(group: str) -> Client:
    user = a_user(group.split(maxsplit=1)[0].lower())
    user.groups.add(Group.objects.get(name=group))
    return signed_in(user)


def a_draft() -> NamingConvention:
    return draft_new_version(convention=a_convention(), by=None)


def change_address(convention: NamingConvention) -> str:
    return reverse("admin:campaigns_namingconvention_change", args=[convention.pk])


def preview_address(convention: NamingConvention | None = None) -> str:
    name = "admin:campaigns_namingconvention_preview"
    return reverse(name, args=[convention.pk if convention else "new"])


def part(number: int, name: str, **fields: Any) -> dict[str, str]:
    given = {"position": number + 1, "name": name, "kind": "slug", "words": "", "max_length": ""}
    row = {**given, "is_required": "on", "example": "", **fields}
    return {f"tokens-{number}-{field}": str(value) for field, value in row.items()}


def form_data(*parts: dict[str, str], initial: int = 0, **fields: str) -> dict[str, str]:
    data = {
        "sources": "sms",
        "mediums": "text",
        "separator": "-",
        "campaign_max_length": "60",
        "reserved_words": "",
        "content_prefix": "version",
        "content_numbering": "letter",
        "term_words": "",
        "term_max_length": "50",
        "tokens-TOTAL_FORMS": str(len(parts)),
        "tokens-INITIAL_FORMS": str(initial),
    }
    for one in parts:
        data |= one
    return data | fields


def stored_parts(draft: NamingConvention) -> list[dict[str, str]]:
    """Return the rows of a draft's form as they are."""
    return [
        part(
            number,
            token.name,
            id=token.pk,
            kind=token.kind,
            words=", ".join(token.words),
            is_required="on" if token.is_required else "",
            example=token.example,
        )
        for number, token in enumerate(draft.tokens.all())
    ]


def test_a_draft_is_published_with_a_button_and_its_address_can_be_copied() -> None:
    draft = a_draft()
    address = reverse("admin:campaigns_namingconvention_do", args=[draft.pk, "publish"])

    page = owner().post(address, follow=True).content.decode()

    assert a_convention() == draft
    assert page.count(f'data-copy-text="http://testserver/conventions/{draft.token}"') == 2


def test_an_unsound_draft_is_refused_with_its_faults() -> None:
    draft = a_draft()
    NamingConvention.objects.filter(pk=draft.pk).update(sources=["SMS"])
    address = reverse("admin:campaigns_namingconvention_do", args=[draft.pk, "publish"])

    page = owner().post(address, follow=True).content.decode()

    assert "“SMS” in utm_source must be lower-case" in page
    assert a_convention() != draft


def test_the_next_version_opens_as_a_draft() -> None:
    convention = a_convention()
    client = owner()
    address = reverse("admin:campaigns_namingconvention_do", args=[convention.pk, "new-version"])

    response = client.post(address, follow=True)

    draft = NamingConvention.objects.get(version=2)
    assert response.redirect_chain[-1][0] == change_address(draft)
    assert "Version 2 is drafted with the same rules" in response.content.decode()


def test_a_published_convention_shows_its_examples_and_no_fields() -> None:
    page = owner().get(change_address(a_convention())).content.decode()

    assert 'name="sources"' not in page
    assert "What these rules accept and refuse" in page
    assert "trial-reengagement-june" in page


def test_a_name_is_tried_without_javascript_on_a_published_convention() -> None:
    address = change_address(a_convention())

    page = member_of("Campaign managers").get(address, {"_try": "Trial June"}).content.decode()

    assert "“Trial June” has a space" in page
    assert "This passes: <code>trial-june</code>" in page


def test_a_convention_for_another_channel_is_drafted() -> None:
    channel = str(a_channel("email").pk)
    data = form_data(
        part(0, "period", kind="period", words="month, quarter", max_length="12"),
        part(1, "topic", position="", example="launch"),
        channel=channel,
        sources="newsletter, crm,, newsletter",
        term_words="all; new",
    )

    owner().post(reverse("admin:campaigns_namingconvention_add"), data)

    draft = NamingConvention.objects.get(channel__slug="email")
    assert (draft.version, draft.status, draft.sources) == (1, "draft", ["newsletter", "crm"])
    assert draft.term_words == ["all", "new"]
    assert [(t.position, t.name, t.words, t.max_length) for t in draft.tokens.all()] == [
        (1, "period", ["month", "quarter"], 12),
        (2, "topic", [], None),
    ]


def test_a_new_convention_begins_with_the_usual_lengths() -> None:
    page = owner().get(reverse("admin:campaigns_namingconvention_add")).content.decode()
    for name, usual in (("campaign_max_length", 60), ("term_max_length", 50)):
        (field,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert f'value="{usual}"' in field


def test_operations_edit_a_draft_and_its_parts_exchange_places() -> None:
    draft = a_draft()
    topic, period = stored_parts(draft)
    data = form_data(
        topic | {"tokens-0-position": "2"},
        period | {"tokens-1-position": "1"},
        initial=2,
        separator="_",
    )

    response = member_of("Operations").post(change_address(draft), data)

    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.separator == "_"
    assert [token.name for token in draft.tokens.all()] == ["period", "topic"]


def test_a_part_is_taken_away() -> None:
    draft = a_draft()
    topic, period = stored_parts(draft)

    owner().post(
        change_address(draft), form_data(topic, period | {"tokens-1-DELETE": "on"}, initial=2)
    )

    assert [token.name for token in draft.tokens.all()] == ["topic"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"campaign_max_length": "101"}, "less than or equal to 100"),
        ({"sources": "x" * 51}, "has 51 characters; 50 are allowed"),
        ({"sources": "sms\0"}, "Null characters are not allowed"),
        ({"sources": ""}, "This field is required"),
        ({"tokens-1-name": "topic"}, "“topic” is the name of another part"),
    ],
)
def test_what_cannot_be_stored_is_refused_and_kept_on_the_page(
    fields: dict[str, str], message: str
) -> None:
    draft = a_draft()
    data = form_data(*stored_parts(draft), initial=2, mediums="rcs") | fields

    page = owner().post(change_address(draft), data).content.decode()

    assert message in page
    assert 'value="rcs"' in page
    draft.refresh_from_db()
    assert draft.mediums == ["text"]


def test_a_manager_reads_a_draft_and_changes_nothing() -> None:
    draft = a_draft()
    client = member_of("Campaign managers")

    page = client.get(change_address(draft)).content.decode()

    assert 'name="sources"' not in page
    assert "What these rules accept and refuse" in page
    assert client.post(change_address(draft), form_data()).status_code == 403
    assert client.get(reverse("admin:campaigns_namingconvention_add")).status_code == 403


def test_a_draft_is_deleted_and_history_says_by_whom() -> None:
    draft = a_draft()
    address = reverse("admin:campaigns_namingconvention_delete", args=[draft.pk])

    owner().post(address, {"post": "yes"})

    assert not NamingConvention.objects.filter(pk=draft.pk).exists()
    record = NamingConvention.history.filter(history_type="-").get()
    assert record.history_user.get_username() == "root"


def test_the_preview_judges_what_is_typed_and_stores_nothing() -> None:
    draft = a_draft()
    data = form_data(
        part(0, "goal", kind="vocabulary", words="trial, demo"),
        part(1, "period", kind="period", words="year-month"),
        separator="_",
        _try="Trial June 2027",
    )

    page = owner().post(preview_address(draft), data).content.decode()

    assert "These rules can be followed." in page
    assert "{goal}_{period}" in page
    assert "This passes: <code>trial_2027-06</code>" in page
    assert "Changes against version 1" in page
    assert "New part {goal}: one of trial, demo." in page
    assert "<html" not in page
    draft.refresh_from_db()
    assert draft.separator == "-"
    assert ConventionToken.objects.filter(name="goal").count() == 0


def test_the_preview_names_what_makes_a_draft_impossible() -> None:
    data = form_data(
        part(0, "goal", kind="vocabulary", words="shop"),
        part(1, "", kind="number"),
        sources="SMS",
        reserved_words="shop",
        term_max_length="many",
    )

    page = owner().post(preview_address(), data).content.decode()

    assert "5 things to mend before this can be published" in page
    assert "“SMS” in utm_source must be lower-case" in page
    assert "“shop” of {goal} has the reserved word “shop”" in page
    assert "Longest utm_term: Enter a whole number." in page
    assert "Name: This field is required." in page
    assert "Channel: This field is required." in page


def test_a_name_that_passes_is_told_so() -> None:
    data = form_data(part(0, "topic"), _try="trial-june")

    page = owner().post(preview_address(a_draft()), data).content.decode()

    assert "<code>trial-june</code> passes." in page


def test_an_empty_form_is_previewed_without_an_error() -> None:
    response = owner().post(preview_address(), {})

    assert response.status_code == 200
    assert "Name at least one utm_source." in response.content.decode()


def test_a_look_without_javascript_keeps_what_was_typed_and_saves_nothing() -> None:
    draft = a_draft()
    data = form_data(part(0, "topic"), sources="rcs", _preview="1", _try="X Y")

    page = owner().post(change_address(draft), data).content.decode()

    assert "Nothing is saved yet" in page
    assert 'value="rcs"' in page
    assert "This passes: <code>x-y</code>" in page
    draft.refresh_from_db()
    assert draft.sources == ["sms"]


def test_whoever_may_only_read_previews_what_is_stored() -> None:
    draft = a_draft()
    data = form_data(part(0, "goal"), sources="rcs", _try="trial")

    page = member_of("Campaign managers").post(preview_address(draft), data).content.decode()

    assert "rcs" not in page
    assert "<code>trial</code> passes." in page


def test_a_stranger_previews_nothing() -> None:
    client = signed_in(a_user("bob"))

    assert client.post(preview_address(a_draft())).status_code == 403
    assert client.post(preview_address()).status_code == 403


def test_a_preview_is_asked_for_by_post_and_of_what_exists() -> None:
    client, draft = owner(), a_draft()
    address = preview_address(draft)
    draft.delete()

    assert client.get(preview_address()).status_code == 405
    assert client.post(address).status_code == 404
