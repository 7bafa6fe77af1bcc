"""The page “Changes”: who may see it, what it says, and what can be chosen."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.admin import changes_page
from campaigns.history import delete_by, save_by
from campaigns.models import Campaign
from tests.campaigns.builders import a_campaign, a_message, a_send, a_superuser, a_user

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client | None = None, status: int = 200, query: Any = None) -> str:
    client = client or signed_in(a_superuser())
    answer = client.get(reverse("admin:campaigns_changes"), query or {})
    assert answer.status_code == status
    return answer.content.decode()


def entries(html: str) -> list[str]:
    """Return the headline of every entry as one reads it."""
    found = re.findall(r'<strong><span class="chg-who">.*?</strong>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", headline).split()) for headline in found]


def test_who_changed_what_is_told_with_a_link_to_it() -> None:
    campaign = Campaign(name="Spring")
    save_by(campaign, a_user("alice"))
    campaign.name = "Summer"
    save_by(campaign, a_user("bob"), reason="It moved")

    html = page()

    assert entries(html) == [
        "bob changed the campaign Summer",
        "alice created the campaign Spring",
    ]
    assert reverse("admin:campaigns_campaign_change", args=[campaign.pk]) in html
    assert "It moved" in html
    assert "<del>Spring</del>" in html
    assert "<ins>Summer</ins>" in html
    assert f"{timezone.localdate():%A, }" in html


def test_what_is_gone_is_told_without_a_link() -> None:
    delete_by(a_campaign("Spring"), a_user("alice"))

    html = page()

    assert entries(html)[0] == "alice deleted the campaign “Spring”"


def test_a_text_is_told_as_a_part_of_its_send() -> None:
    a_message(a_send(name="Offer"), utm_content="version-a")

    assert "Textrail created the text version-a of the send Offer" in entries(page())


def test_kinds_nobody_gave_a_person_are_not_shown() -> None:
    a_message(a_send(name="Offer"))

    html = page(signed_in(a_user("alice", "campaigns.view_send")))

    assert entries(html) == ["Textrail created the send Offer"]


def test_whoever_may_not_see_sends_is_refused() -> None:
    page(signed_in(a_user("mallory")), status=403)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"kind": "campaign"}, 2),
        ({"kind": "send"}, 2),
        ({"kind": "message"}, 1),
        ({"kind": "spend"}, 0),
        ({"q": "offer"}, 2),
        ({"since": "2000-01-01", "until": "9999-12-31"}, 4),
        ({"since": "9999-12-31"}, 0),
        ({"until": "2000-01-01"}, 0),
    ],
)
def test_choices_leave_changes_out(query: dict[str, str], left: int) -> None:
    a_message(a_send(name="Offer", campaign=a_campaign("Spring")))
    a_campaign("Summer")

    assert len(entries(page(query=query))) == left


def test_today_counts_until_its_end() -> None:
    a_campaign("Spring")
    today = timezone.localdate().isoformat()

    assert entries(page(query={"since": today, "until": today}))


def test_one_person_s_changes() -> None:
    alice = a_user("alice")
    save_by(Campaign(name="Spring"), alice)
    a_campaign("Summer")

    assert entries(page(query={"by": alice.pk})) == ["alice created the campaign Spring"]


def test_one_object_s_changes_say_whose_they_are() -> None:
    campaign = a_campaign("Spring")
    a_campaign("Summer")

    html = page(query={"kind": "campaign", "id": str(campaign.pk)})

    assert "Changes of “Spring”" in html
    assert entries(html) == ["Textrail created the campaign Spring"]
    assert f'name="id" value="{campaign.pk}"' in html


def test_an_id_of_nobody_knows_what_shows_all() -> None:
    campaign = a_campaign("Spring")
    a_campaign("Summer")

    assert len(entries(page(query={"id": str(campaign.pk)}))) == 2


def test_older_changes_are_a_link_away_and_lead_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes_page, "SIZE", 2)
    client = signed_in(a_superuser())
    for name in ("One", "Two", "Three"):
        a_campaign(name)

    first = page(client, query={"kind": "campaign"})
    (older,) = re.findall(r'href="(\?[^"]+)" rel="next"', first)
    second = client.get(reverse("admin:campaigns_changes") + older.replace("&amp;", "&"))

    html = second.content.decode()
    assert entries(html) == ["Textrail created the campaign One"]
    assert '<a class="tr-button" href="?kind=campaign">Newest</a>' in html
    assert 'rel="next"' not in html


def test_a_cursor_that_is_none_shows_the_newest() -> None:
    a_campaign("Spring")

    assert entries(page(query={"cursor": "nonsense"})) == ["Textrail created the campaign Spring"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"kind": "pigeon"}, "There is nothing of that kind."),
        ({"by": "nobody"}, "There is no such person."),
        ({"since": "June"}, "That is no day; write it like 2026-06-01."),
        ({"id": "x", "kind": "send"}, "There is no object of that address."),
    ],
)
def test_a_wrong_choice_is_said(query: dict[str, str], words: str) -> None:
    assert words in page(status=400, query=query)


def test_an_installation_without_changes_says_so() -> None:
    html = page()

    assert "Nothing was changed yet" in html
    assert "No change fits" not in html


def test_choices_that_leave_nothing_say_so() -> None:
    assert "No change fits these choices" in page(query={"q": "nowhere"})
