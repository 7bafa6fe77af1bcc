"""`manage.py fit_credit_rules` says what it found and why it left a rule alone."""

from io import StringIO

import pytest
from django.core.management import call_command

from attribution import fitting
from tests.attribution.builders import NOW, rule
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def _markov(monkeypatch: pytest.MonkeyPatch) -> None:
    from attribution.services import create_rule_version

    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 1)
    tell_story()
    create_rule_version(
        slug="markov", name="Markov", kind="markov", parameters={}, lookback_days=90,
        contact_mode="roles", now=NOW,
    )  # fmt: skip


def run() -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("fit_credit_rules", stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.usefixtures("_markov")
def test_every_data_driven_rule_gets_its_next_version() -> None:
    out, _ = run()

    assert out.startswith("markov: version 2, fitted on 1 journeys")
    assert rule("markov").version == 2


@pytest.mark.usefixtures("_markov")
def test_a_rule_that_cannot_be_fitted_is_left_alone_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 99)
    err = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("fit_credit_rules", stdout=StringIO(), stderr=err)

    assert ended.value.code == 1
    assert "left as it was" in err.getvalue()
    assert rule("markov").version == 1


def test_without_such_a_rule_it_says_so() -> None:
    assert run()[0] == "No data-driven rule is active.\n"
