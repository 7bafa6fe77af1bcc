"""Recomputing who got what."""

import pytest
from django.core.management import CommandError, call_command

from links.audience import upload_recipients
from links.models import HeldOutRecipient, RecipientLink
from links.services import sync_send_links
from links.split_audit import Difference, audit_split
from tests.links.audience_stories import a_send, numbers
from tests.links.builders import NOW, make_message, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def send():
    send = a_send(holdout_percent=30)
    send.messages.update(utm_content="version-a", share=60)
    make_message(send, "version-b", share=40)
    sync_send_links(send, NOW)
    upload_recipients(send=send, rows=people(*numbers(200)), now=NOW)
    return send


def differences(send) -> list[Difference]:
    found: list[Difference] = []
    audit = audit_split(send, found.append)
    assert audit.differences == len(found)
    return found


def test_everybody_got_what_the_rule_says(send) -> None:
    found: list[Difference] = []
    audit = audit_split(send, found.append)
    assert found == []
    assert audit.held_out == HeldOutRecipient.objects.count() > 30
    assert audit.recipients == RecipientLink.objects.count() == 200 - audit.held_out
    assert [name for name, _ in audit.versions] == ["version-a", "version-b"]


def test_whoever_was_moved_to_another_version_is_named(send) -> None:
    one = RecipientLink.objects.filter(link__utm_content="version-a")[0]
    other = RecipientLink.objects.filter(link__utm_content="version-b")[0]
    RecipientLink.objects.filter(pk=one.pk).update(link=other.link, suffix="moved2")
    assert differences(send) == [Difference(one.phone_hash, "version-b", "version-a")]


def test_whoever_should_have_been_held_out_is_named(send) -> None:
    out = HeldOutRecipient.objects.all()[0]
    RecipientLink.objects.create(
        link=RecipientLink.objects.all()[0].link,
        suffix="given2",
        phone=out.phone,
        phone_hash=out.phone_hash,
    )
    (found,) = differences(send)
    assert (found.phone_hash, found.due) == (out.phone_hash, "held-out")


def test_a_replaced_version_is_kept_and_no_difference(send) -> None:
    send.messages.filter(utm_content="version-a").update(retired_at=NOW)
    audit = audit_split(send, lambda found: pytest.fail(str(found)))
    assert audit.kept == dict(audit.versions)["version-a"]


def test_whoever_was_forgotten_is_not_compared(send) -> None:
    RecipientLink.objects.filter(pk=RecipientLink.objects.all()[0].pk).update(
        phone="", phone_hash="forgotten"
    )
    assert differences(send) == []


def test_the_command_tells_how_many_got_what(send, capsys) -> None:
    call_command("verify_split", "Demo-Invite-Q2")
    out = capsys.readouterr().out
    assert "held out at 30 per cent" in out
    assert "Everybody got what the rule says." in out


def test_the_command_fails_where_somebody_differs(send, capsys) -> None:
    send.holdout_percent = 0
    send.save()
    with pytest.raises(CommandError, match="differ from the rule") as caught:
        call_command("verify_split", send.utm_campaign)
    assert caught.value.returncode == 1
    assert "got held-out, the rule says version-" in capsys.readouterr().err


def test_an_unknown_send_is_bad_usage() -> None:
    with pytest.raises(CommandError, match="no send") as caught:
        call_command("verify_split", "unknown")
    assert caught.value.returncode == 2
