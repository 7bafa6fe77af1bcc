"""The pages of credit rules: the editor with its example, where rules start, fitting again."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution import fitting
from attribution.admin.rule_fit import share_rows
from attribution.models import CreditRule
from attribution.presets import PRESETS
from attribution.services import create_rule_version, retire_rule
from tests.attribution.builders import NOW, a_deal, a_tap, make_identity, rule, settle
from tests.attribution.story import tell_story
from tests.campaigns.builders import a_superuser, a_user

pytestmark = pytest.mark.django_db

BASE = {"name": "Mine", "slug": "mine", "lookback_days": "90", "contact_mode": "roles"}


def as_user(*permissions: str) -> Client:
    client = Client()
    client.force_login(a_user("bob", *permissions))
    return client


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(a_superuser())
    return client


def url(view: str, *args: Any) -> str:
    return reverse(f"admin:attribution_creditrule_{view}", args=args)


def page(client: Client, view: str, *args: Any, **params: str) -> str:
    response = client.get(url(view, *args), params)
    assert response.status_code == 200
    return response.content.decode()


def preview(client: Client, kind: str, rule_id: object = "", **fields: str) -> str:
    answer = client.post(f"{url('preview')}?rule={rule_id}", {**BASE, "kind": kind, **fields})
    assert answer.status_code == 200
    return answer.content.decode()


def amounts(text: str) -> list[str]:
    """Return the amounts of the example's touches."""
    return re.findall(r"<output>([\d,.]+)<", text)


def test_the_example_is_divided_as_one_types(root: Client) -> None:
    text = preview(root, "custom", first="50", last="30", rest="20")

    assert amounts(text) == ["5,000.00", "1,000.00", "1,000.00", "3,000.00"]
    assert "50% goes to the first touch" in text
    assert CreditRule.objects.filter(slug="mine").count() == 0


def test_another_example_can_be_chosen(root: Client) -> None:
    assert amounts(preview(root, "first", _example="direct")) == ["10,000.00", "0.00", "0.00"]
    assert len(amounts(preview(root, "first", _example="long"))) == 9
    assert len(amounts(preview(root, "first", _example="unheard-of"))) == 4


def test_what_is_wrong_is_said_while_one_types(root: Client) -> None:
    assert "At least one weight must be more than 0" in preview(root, "custom")
    assert "Ensure that there are no more than 3 decimal" in preview(root, "custom", first="1.2345")


def test_a_rule_not_fitted_yet_says_when_it_will_be(root: Client) -> None:
    assert "fitted on your own journeys when you save" in preview(root, "markov")


def test_a_rule_without_a_name_is_divided_all_the_same(root: Client) -> None:
    assert amounts(preview(root, "first", name="", slug=""))[0] == "10,000.00"


def test_the_preview_of_a_rule_in_force_keeps_its_slug(root: Client) -> None:
    text = preview(root, "time_decay", rule("time_decay").pk, slug="", half_life_days="7")

    assert "half as much for every 7 days" in text


def test_the_preview_is_closed_without_permission() -> None:
    client = as_user("attribution.view_creditrule")
    assert client.post(url("preview"), {**BASE, "kind": "first"}).status_code == 403


def test_the_preview_only_answers_posts(root: Client) -> None:
    assert root.get(url("preview")).status_code == 405


def test_the_form_shows_the_example_without_any_script(root: Client) -> None:
    text = page(root, "change", rule("position").pk)

    assert amounts(text) == ["4,000.00", "1,000.00", "1,000.00", "4,000.00"]
    assert "40% goes to the first touch" in text


def test_a_refused_form_comes_back_with_its_example_and_reason(root: Client) -> None:
    answer = root.post(url("add"), {**BASE, "kind": "custom", "_example": "one"})

    assert answer.status_code == 200
    assert "At least one weight must be more than 0" in answer.content.decode()
    assert '<option value="one" selected>' in answer.content.decode()


def test_a_custom_rule_is_made_by_the_form(root: Client) -> None:
    root.post(url("add"), {**BASE, "kind": "custom", "first": "40", "rest": "60", "kind_tap": "2"})

    assert rule("mine").parameters == {"first": 40, "rest": 60, "kinds": {"tap": 2}}


def test_a_new_rule_opens_with_a_preset(root: Client) -> None:
    text = page(root, "add", preset="posthog_time_decay")

    assert 'value="Time decay as in PostHog"' in text
    assert 'value="22.5"' in text
    assert "half as much for every 22.5 days" in text


def test_a_new_rule_opens_with_a_kind_or_with_nothing(root: Client) -> None:
    assert 'value="W-shaped"' in page(root, "add", kind="w")
    assert amounts(page(root, "add", kind="custom"))[0] == "4,000.00"
    first = "All credit goes to the first touch."
    assert first in page(root, "add")
    assert first in page(root, "add", kind="zigzag", preset="none")


def test_whoever_may_only_look_sees_the_example(root: Client) -> None:
    text = page(as_user("attribution.view_creditrule"), "change", rule("linear").pk)

    assert amounts(text) == ["2,500.00"] * 4


def test_a_retired_rule_shows_its_example_and_is_activated_by_its_button(root: Client) -> None:
    retire_rule(rule=(last := rule("last")), now=NOW)
    assert "Activate" in page(root, "change", last.pk)
    root.post(url("do", last.pk, "activate"))

    assert (rule("last").version, rule("last").retired_at) == (2, None)


def test_the_list_leads_to_where_rules_start(root: Client) -> None:
    assert url("start") in page(root, "changelist")


def test_the_start_page_shows_every_preset_and_every_kind(root: Client) -> None:
    text = page(root, "start")

    assert all(preset.name in text and preset.source in text for preset in PRESETS.values())
    kinds = [kind for kind in CreditRule.Kind.values if kind != "custom"]
    inactive = set(re.findall(r'name="kind" value="(\w+)"', text))
    assert inactive == set(kinds) - set(CreditRule.objects.values_list("kind", flat=True))


@pytest.mark.parametrize("kind", ["linear_paid", "u_lead", "u_even", "w", "full_path", "j_shaped"])
def test_a_shipped_rule_is_one_press_away(root: Client, kind: str) -> None:
    tell_story()
    root.post(url("activate"), {"kind": kind})

    assert rule(kind).kind == kind


def test_a_rule_that_was_there_before_comes_back_as_it_was(root: Client) -> None:
    retire_rule(rule=rule("position"), now=NOW)
    root.post(url("activate"), {"kind": "position"})

    assert rule("position").version == 2


def test_a_data_driven_rule_without_journeys_says_what_is_missing(root: Client) -> None:
    answer = root.post(url("activate"), {"kind": "shapley"}, follow=True)

    assert "at least 20 journeys" in answer.content.decode()


def test_a_kind_that_does_not_exist_is_refused(root: Client) -> None:
    answer = root.post(url("activate"), {"kind": "zigzag"}, follow=True)

    assert "is not a kind of credit rule" in answer.content.decode()


@pytest.mark.parametrize(("view", "method"), [("start", "get"), ("activate", "post")])
def test_starting_is_closed_without_permission(view: str, method: str) -> None:
    client = as_user("attribution.view_creditrule")
    assert getattr(client, method)(url(view)).status_code == 403


@pytest.mark.parametrize(("view", "method"), [("start", "post"), ("activate", "get")])
def test_starting_knows_one_method_only(root: Client, view: str, method: str) -> None:
    assert getattr(root, method)(url(view)).status_code == 405


@pytest.fixture
def markov(monkeypatch: pytest.MonkeyPatch) -> CreditRule:
    """Return a rule fitted on one win, when another channel has won since."""
    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 1)
    tell_story()
    made = create_rule_version(
        slug="markov", name="Markov", kind="markov", parameters={}, lookback_days=90,
        contact_mode="roles", now=NOW,
    )  # fmt: skip
    ben = make_identity(value="ben@acme.example")
    a_tap(ben, days=3, channel="referral")
    a_deal(created=2, won=1, people=(ben,))
    settle()
    return made


def test_a_fit_is_seen_before_it_is_accepted(root: Client, markov: CreditRule) -> None:
    text = root.post(url("do", markov.pk, "fit")).content.decode()

    assert "Shares before and after" in text
    assert "Referral" in text
    assert rule("markov").version == 1
    proposal = re.search(r'name="proposal" value="([^"]+)"', text)
    assert proposal
    root.post(url("do", markov.pk, "accept-fit"), {"proposal": proposal[1]})
    assert rule("markov").version == 2
    assert "Referral" in rule("markov").parameters["names"].values()


def test_shares_that_nobody_signed_are_refused(root: Client, markov: CreditRule) -> None:
    root.post(url("do", markov.pk, "accept-fit"), {"proposal": "made up"})

    assert rule("markov").version == 1


def test_shares_of_another_version_are_refused(root: Client, markov: CreditRule) -> None:
    text = root.post(url("do", markov.pk, "fit")).content.decode()
    proposal = re.search(r'name="proposal" value="([^"]+)"', text)
    assert proposal
    root.post(url("do", markov.pk, "accept-fit"), {"proposal": proposal[1]})
    again = rule("markov")
    answer = root.post(url("do", again.pk, "accept-fit"), {"proposal": proposal[1]}, follow=True)

    assert "The rule has changed meanwhile" in answer.content.decode()
    assert rule("markov").version == 2


def test_too_few_journeys_for_a_fit_are_told(
    root: Client, markov: CreditRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 99)
    answer = root.post(url("do", markov.pk, "fit"), follow=True)

    assert "at least 99 journeys" in answer.content.decode()


def test_a_rule_of_fixed_weights_has_no_button_to_fit(root: Client) -> None:
    assert "Fit again" not in page(root, "change", rule("linear").pk)


def test_the_rows_of_a_fit_are_the_largest_first_and_name_what_is_gone() -> None:
    before = {"shares": {"a": "0.9", "b": "0.1"}, "names": {"a": "Gone", "b": "Stays"}}
    after = {
        "shares": {"b": "0.4", "c": "0.6"},
        "names": {"b": "Stays", "c": "New"},
        "standard_errors": {"b": "0.01", "c": "0.02"},
    }
    rows = share_rows(before, after)

    assert [(row["name"], row["before"], row["after"], row["change"]) for row in rows] == [
        ("New", "0.00%", "60.00%", "+60.00"),
        ("Stays", "10.00%", "40.00%", "+30.00"),
        ("Gone", "90.00%", "0.00%", "-90.00"),
    ]
    assert [row["error"] for row in rows] == ["± 2.00", "± 1.00", ""]


@pytest.mark.parametrize("view", ["start", "changelist", "add"])
def test_pages_cost_the_same_number_of_queries_with_few_rules_and_with_many(
    root: Client, view: str
) -> None:
    page(root, view)
    with CaptureQueriesContext(connection) as few:
        page(root, view)
    CreditRule.objects.bulk_create(
        CreditRule(slug=f"more-{number}", name=f"More {number}", kind="linear")
        for number in range(18)
    )
    with CaptureQueriesContext(connection) as many:
        page(root, view)

    assert len(many) == len(few) <= 40


def test_an_answer_while_one_types_costs_few_queries(root: Client) -> None:
    preview(root, "linear_paid")
    with CaptureQueriesContext(connection) as asked:
        preview(root, "linear_paid")

    assert len(asked) <= 8, [query["sql"] for query in asked.captured_queries]
