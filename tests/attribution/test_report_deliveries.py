"""Report mails: each due moment once, whatever fails or is killed."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from attribution import report_deliveries
from attribution.models import CreditRule, ReportDelivery, ReportSchedule
from attribution.report_deliveries import RETRY_AFTER, send_due_reports
from attribution.report_schedules import unsubscribe
from links import letters
from tests.attribution.builders import NOW
from tests.attribution.kept_reports import a_reader, a_schedule, a_view
from tests.attribution.story import tell_story
from tests.campaigns.builders import a_user

pytestmark = pytest.mark.django_db
DUE = NOW - timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.com:25"
    settings.PUBLIC_URL = "https://textrail.example.com"


def the_delivery() -> ReportDelivery:
    return ReportDelivery.objects.get()


def test_nothing_leaves_before_its_time() -> None:
    a_schedule()
    assert send_due_reports(now=NOW) == 0
    assert not mail.outbox


def test_a_due_report_is_mailed_with_its_figures_file_and_way_back() -> None:
    tell_story()
    a_schedule(next_due_at=DUE, format="csv")
    assert send_due_reports(now=NOW) == 1
    (message,) = mail.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == "June: all days"
    assert "Revenue attributed: $6,666.67" in message.body
    assert "Attributed $10,000.00 + unattributed $0.00" in message.body
    assert "ada set this mail up: every Monday at 08:00 (Europe/Berlin)." in message.body
    assert "/admin/reports/sends/?rule=linear" in message.body
    assert "as_of=2026-06-15T12" in message.body
    html = message.alternatives[0].content
    assert "$6,666.67" in html
    name, content, media_type = message.attachments[0]
    assert (name, media_type) == ("sends.csv", "text/csv")
    assert "6666.67" in str(content)
    assert the_delivery().status == "sent"


def test_a_mail_can_come_without_a_file() -> None:
    a_schedule(next_due_at=DUE, format="none")
    send_due_reports(now=NOW)
    assert not mail.outbox[0].attachments


def test_a_name_cannot_break_into_the_html() -> None:
    a_schedule(a_view(name="<b>June"), next_due_at=DUE)
    send_due_reports(now=NOW)
    assert "<b>June" not in mail.outbox[0].alternatives[0].content
    assert "<b>June" in mail.outbox[0].body


def test_each_due_moment_is_mailed_once() -> None:
    a_schedule(next_due_at=DUE)
    send_due_reports(now=NOW)
    send_due_reports(now=NOW)
    assert len(mail.outbox) == 1


def test_missed_moments_are_caught_up_as_one() -> None:
    a_schedule(frequency="daily", next_due_at=NOW - timedelta(days=4))
    send_due_reports(now=NOW)
    assert len(mail.outbox) == 1
    assert ReportSchedule.objects.get().next_due_at > NOW


def test_a_paused_schedule_waits() -> None:
    a_schedule(next_due_at=DUE, is_active=False)
    send_due_reports(now=NOW)
    assert not mail.outbox


def test_whoever_unsubscribed_gets_none() -> None:
    schedule = a_schedule(next_due_at=DUE)
    unsubscribe(recipient=schedule.recipients.get(), now=NOW)
    send_due_reports(now=NOW)
    assert not mail.outbox
    assert not ReportDelivery.objects.exists()


def refuse(monkeypatch: Any, error: BaseException) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(letters.EmailMultiAlternatives, "send", fail)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda user: setattr(user, "is_active", False), "The account of bob is switched off."),
        (lambda user: setattr(user, "email", ""), "bob has no e-mail address."),
        (lambda user: user.user_permissions.clear(), "bob may not read reports."),
    ],
)
def test_whoever_may_not_read_it_now_gets_none(spoil: Any, reason: str) -> None:
    bob = a_reader("bob")
    a_schedule(a_view(), recipients=[bob], next_due_at=DUE)
    spoil(bob)
    bob.save()
    send_due_reports(now=NOW)
    assert not mail.outbox
    assert (the_delivery().status, the_delivery().problem) == ("skipped", reason)


def test_a_switched_off_maker_ends_the_mails() -> None:
    view = a_view()
    a_schedule(view, recipients=[a_reader("bob")], next_due_at=DUE)
    view.owner.is_active = False
    view.owner.save()
    send_due_reports(now=NOW)
    assert the_delivery().problem == "The account of ada, who set it up, is switched off."


def test_one_who_left_while_a_mail_waited_gets_none(monkeypatch: Any) -> None:
    schedule = a_schedule(next_due_at=DUE)
    with monkeypatch.context() as patch:
        refuse(patch, smtplib.SMTPDataError(451, b"later"))
        send_due_reports(now=NOW)
    unsubscribe(recipient=schedule.recipients.get(), now=NOW)
    send_due_reports(now=NOW + timedelta(hours=1))
    assert not mail.outbox
    assert the_delivery().problem == "ada unsubscribed."


def test_a_refused_mail_is_tried_again_and_arrives(monkeypatch: Any) -> None:
    a_schedule(next_due_at=DUE)
    with monkeypatch.context() as patch:
        refuse(patch, smtplib.SMTPDataError(451, b"later"))
        send_due_reports(now=NOW)
    waiting = the_delivery()
    assert (waiting.status, waiting.attempts) == ("waiting", 1)
    assert "The mail server refused it" in waiting.problem
    assert send_due_reports(now=NOW + timedelta(seconds=30)) == 0
    assert send_due_reports(now=NOW + RETRY_AFTER[0]) == 1
    assert (the_delivery().status, the_delivery().problem) == ("sent", "")


def test_a_mail_refused_again_and_again_fails_and_says_so(monkeypatch: Any) -> None:
    a_schedule(next_due_at=DUE)
    refuse(monkeypatch, smtplib.SMTPRecipientsRefused({"ada@example.com": (550, b"unknown")}))
    now = NOW
    for wait in (timedelta(0), *RETRY_AFTER):
        now += wait
        send_due_reports(now=now)
    assert (the_delivery().status, the_delivery().attempts) == ("failed", len(RETRY_AFTER) + 1)
    assert "unknown" in the_delivery().problem


def test_a_mail_server_out_of_reach_keeps_the_mail_waiting(monkeypatch: Any) -> None:
    class DeadServer:
        def open(self) -> None:
            raise OSError("connection refused")

    a_schedule(next_due_at=DUE)
    with monkeypatch.context() as patch:
        patch.setattr(letters, "get_connection", DeadServer)
        send_due_reports(now=NOW)
    assert "connection refused" in the_delivery().problem
    assert send_due_reports(now=NOW + RETRY_AFTER[0]) == 1


def test_without_a_mail_server_the_mail_waits_and_says_why(settings: Any) -> None:
    settings.EMAIL_URL = ""
    a_schedule(next_due_at=DUE)
    send_due_reports(now=NOW)
    assert (the_delivery().status, the_delivery().attempts) == ("waiting", 1)
    assert "set EMAIL_URL" in the_delivery().problem


def test_a_connection_that_breaks_while_sending_is_not_tried_again(monkeypatch: Any) -> None:
    a_schedule(next_due_at=DUE)
    with monkeypatch.context() as patch:
        refuse(patch, smtplib.SMTPServerDisconnected("gone"))
        send_due_reports(now=NOW)
    assert the_delivery().status == "unknown"
    assert send_due_reports(now=NOW + timedelta(days=1)) == 0


def test_a_worker_killed_while_sending_sends_nothing_twice(monkeypatch: Any) -> None:
    class Killed(BaseException):
        pass

    a_schedule(next_due_at=DUE)
    with monkeypatch.context() as patch:
        refuse(patch, Killed())
        with pytest.raises(Killed):
            send_due_reports(now=NOW)
    assert the_delivery().status == "sending"
    assert send_due_reports(now=NOW + timedelta(minutes=5)) == 0
    assert the_delivery().status == "sending"
    assert send_due_reports(now=NOW + timedelta(minutes=20)) == 0
    assert the_delivery().status == "unknown"
    assert "may have arrived" in the_delivery().problem


def test_a_worker_killed_before_sending_leaves_it_to_the_next(monkeypatch: Any) -> None:
    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    a_schedule(next_due_at=DUE)
    with monkeypatch.context() as patch:
        patch.setattr(report_deliveries, "written", die)
        with pytest.raises(Killed):
            send_due_reports(now=NOW)
    assert send_due_reports(now=NOW) == 1


def test_a_mail_that_another_worker_claimed_is_left_to_it(monkeypatch: Any) -> None:
    a_schedule(next_due_at=DUE)
    write = report_deliveries.written

    def claim_first(*args: Any, **options: Any) -> Any:
        ReportDelivery.objects.update(status="sending", tried_at=NOW)
        return write(*args, **options)

    monkeypatch.setattr(report_deliveries, "written", claim_first)
    assert send_due_reports(now=NOW) == 0
    assert not mail.outbox


def test_a_report_that_cannot_be_made_fails_and_says_why() -> None:
    a_schedule(next_due_at=DUE)
    CreditRule.objects.update(retired_at=NOW)
    send_due_reports(now=NOW)
    assert the_delivery().status == "failed"
    assert "No credit rule is active" in the_delivery().problem


def test_one_recipient_refused_keeps_no_other_waiting(monkeypatch: Any) -> None:
    ada, bob = a_reader(), a_reader("bob")
    a_schedule(a_view(ada), recipients=[ada, bob], next_due_at=DUE)
    send = letters.EmailMultiAlternatives.send

    def refuse_bob(message: Any) -> Any:
        if message.to == [bob.email]:
            raise smtplib.SMTPRecipientsRefused({bob.email: (550, b"unknown")})
        return send(message)

    monkeypatch.setattr(letters.EmailMultiAlternatives, "send", refuse_bob)
    assert send_due_reports(now=NOW) == 1
    assert mail.outbox[0].to == [ada.email]


def test_every_recipient_has_a_way_out_of_their_own() -> None:
    ada, bob = a_reader(), a_reader("bob")
    a_schedule(a_view(ada), recipients=[ada, bob], next_due_at=DUE)
    send_due_reports(now=NOW)
    ways = {message.extra_headers["List-Unsubscribe"] for message in mail.outbox}
    assert len(ways) == 2
    assert all(way.startswith("<https://textrail.example.com/report-mail/") for way in ways)


def test_old_deliveries_are_forgotten() -> None:
    schedule = a_schedule(next_due_at=DUE)
    old = NOW - timedelta(days=200)
    ReportDelivery.objects.create(
        recipient=schedule.recipients.get(), due_at=old, status="sent", tried_at=old
    )
    send_due_reports(now=NOW)
    assert [one.due_at for one in ReportDelivery.objects.all()] == [DUE]


def test_a_user_without_rights_is_no_reader() -> None:
    assert not a_user("carl").has_perm("attribution.view_sendperformance")
