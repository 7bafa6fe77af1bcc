"""The use cases of links, one test per outcome and per refusal."""

from datetime import timedelta

import pytest
import redis

from campaigns.models import Message, Send
from links import changes, link_rows, services
from links.models import Domain, Link
from tests.links.builders import NOW, make_domain, make_link, make_message, make_send

pytestmark = pytest.mark.django_db
UTM = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "demo-invite-q2"}


def create(**values) -> Link:
    defaults = {"destination_url": "https://www.example.com/trial", "utm": UTM, "by": None}
    return services.create_link(**{**defaults, "now": NOW, **values})


def refusal(**values) -> services.LinkRefusedError:
    with pytest.raises(services.LinkRefusedError) as caught:
        create(**values)
    return caught.value


def test_a_link_goes_to_the_default_domain_under_a_random_code() -> None:
    make_domain("other.example.com")
    domain = make_domain(is_default=True)
    link = create()
    assert link.domain == domain
    assert len(link.code) == 7
    assert link.utm == {**UTM, "utm_content": "", "utm_term": ""}
    assert Link.objects.get() == link


def test_without_a_default_the_oldest_active_domain_is_used() -> None:
    make_domain("closed.example.com", is_active=False)
    oldest = make_domain()
    make_domain("newer.example.com")
    assert services.default_domain() == oldest


def test_without_a_domain_there_is_no_link() -> None:
    assert (refusal().field, refusal().code) == ("domain", "no-domain")


def test_the_maker_is_kept(django_user_model) -> None:
    make_domain()
    alice = django_user_model.objects.create_user("alice")
    assert create(by=alice).created_by == alice


def test_a_taken_random_code_is_drawn_again(monkeypatch) -> None:
    make_link(code="taken23")
    drawn = iter(["taken23", "taken23", "free234"])
    monkeypatch.setattr(link_rows, "random_code", lambda: next(drawn))
    assert create().code == "free234"


def test_when_no_free_code_is_found_it_says_so(monkeypatch) -> None:
    make_link(code="taken23")
    monkeypatch.setattr(link_rows, "random_code", lambda: "taken23")
    assert refusal().code == "code-taken"


def test_a_custom_code_is_kept() -> None:
    make_domain()
    assert create(code="spring-sale").code == "spring-sale"


def test_a_taken_custom_code_is_refused() -> None:
    make_link(code="spring")
    error = refusal(code="spring")
    assert (error.field, error.code) == ("code", "code-taken")
    assert "go.example.com/spring" in str(error)


def test_a_reserved_word_is_refused() -> None:
    make_domain()
    error = refusal(code="admin")
    assert (error.field, error.code) == ("code", "code-not-allowed")


def test_a_destination_that_is_no_web_address_is_refused() -> None:
    make_domain()
    error = refusal(destination_url="javascript:alert(1)")
    assert (error.field, error.code) == ("destination_url", "scheme-not-allowed")


def test_a_fallback_that_is_no_web_address_is_refused() -> None:
    make_domain()
    assert refusal(fallback_url="ftp://www.example.com").field == "fallback_url"


def test_a_link_that_expires_before_it_starts_is_refused() -> None:
    make_domain()
    assert refusal(starts_at=NOW, expires_at=NOW - timedelta(days=1)).field == "expires_at"


def test_the_code_of_an_existing_link_cannot_change() -> None:
    link = make_link()
    link.code = "other"
    with pytest.raises(link_rows.CodeIsFixedError):
        services.save_link(link=link, by=None, now=NOW)


def test_the_domain_of_an_existing_link_cannot_change() -> None:
    link = make_link()
    link.domain = make_domain("other.example.com")
    with pytest.raises(link_rows.CodeIsFixedError):
        services.save_link(link=link, by=None, now=NOW)


def test_retiring_counts_what_was_active_and_can_be_taken_back() -> None:
    links = [make_link(), make_link(code="spring", status="retired")]
    assert services.retire_links(links=links, now=NOW) == 1
    assert set(Link.objects.values_list("status", "updated_at")) >= {("retired", NOW)}
    assert services.restore_links(links=links, now=NOW) == 2
    assert set(Link.objects.values_list("status", flat=True)) == {"active"}


def test_a_new_default_domain_takes_over_from_the_old_one() -> None:
    old = make_domain(is_default=True)
    services.save_domain(domain=Domain(host="new.example.com", is_default=True), now=NOW)
    old.refresh_from_db()
    assert not old.is_default
    assert old.updated_at == NOW


def test_a_domain_with_a_bad_root_is_refused() -> None:
    with pytest.raises(link_rows.DestinationRefusedError) as caught:
        services.save_domain(domain=Domain(host="a.example", root_url="mailto:x@y"), now=NOW)
    assert caught.value.field == "root_url"


def test_a_change_is_announced_after_the_commit(django_capture_on_commit_callbacks) -> None:
    make_domain()
    with changes.open_client(timeout=60).pubsub() as pubsub:
        pubsub.subscribe(changes.CHANNEL)
        assert pubsub.get_message(timeout=60)["type"] == "subscribe"
        with django_capture_on_commit_callbacks(execute=True):
            create()
        message = pubsub.get_message(timeout=60)
    assert message is not None
    assert message["type"] == "message"


def test_a_dead_redis_does_not_fail_the_save(
    settings, monkeypatch, django_capture_on_commit_callbacks, caplog
) -> None:
    make_domain()
    dead = redis.Redis(host="127.0.0.1", port=1)
    monkeypatch.setattr(changes, "_publisher", lambda: dead)
    with django_capture_on_commit_callbacks(execute=True):
        create()
    assert Link.objects.count() == 1
    assert "Redis could not be told" in caplog.text


def test_a_domain_is_stored_as_a_plain_host() -> None:
    domain = services.save_domain(domain=Domain(host="HTTPS://Go.Example.com/"), now=NOW)
    assert domain.host == "go.example.com"


def test_a_domain_that_is_no_host_is_refused() -> None:
    with pytest.raises(services.HostRefusedError):
        services.save_domain(domain=Domain(host="go example"), now=NOW)


def test_a_messages_link_is_changed_through_its_send_only() -> None:
    link = make_link(message=make_message(make_send()))
    link.utm_campaign = "another-name"
    with pytest.raises(link_rows.LinkFollowsSendError):
        services.save_link(link=link, by=None, now=NOW)


def test_what_is_a_messages_links_own_may_change() -> None:
    link = make_link(message=make_message(make_send()))
    link.expires_at = NOW + timedelta(days=30)
    assert services.save_link(link=link, by=None, now=NOW).expires_at is not None


# A send's links


def synced(send: Send) -> list[Link]:
    services.sync_send_links(send, NOW)
    return list(Link.objects.of_send(send))


def test_every_message_of_a_send_gets_a_link_that_says_what_the_send_says() -> None:
    make_domain()
    send = make_send(utm_term="cfo")
    message = make_message(send, "version-a")
    (link,) = synced(send)
    assert link.message == message
    assert link.destination_url == send.destination_url
    assert link.utm == {
        **UTM,
        "utm_content": "version-a",
        "utm_term": "cfo",
    }
    assert link.title == "Demo invitation, June (version-a)"


def test_syncing_twice_writes_nothing_the_second_time(django_assert_max_num_queries) -> None:
    make_domain()
    send = make_send()
    make_message(send, "version-a")
    make_message(send, "version-b")
    before = [(link.pk, link.updated_at) for link in synced(send)]
    with django_assert_max_num_queries(4):
        assert [(link.pk, link.updated_at) for link in synced(send)] == before


def test_a_draft_sends_link_follows_its_destination_and_keeps_its_code() -> None:
    make_domain()
    send = make_send()
    make_message(send)
    (before,) = synced(send)
    send.destination_url = "https://www.example.com/new"
    send.save()
    (after,) = synced(send)
    assert (after.pk, after.code) == (before.pk, before.code)
    assert after.destination_url == "https://www.example.com/new"
    assert after.updated_at > before.updated_at


def test_a_live_sends_link_is_left_alone_but_a_new_message_gets_one() -> None:
    make_domain()
    send = make_send()
    make_message(send, "version-a")
    synced(send)
    send.status = Send.Status.LIVE
    send.destination_url = "https://www.example.com/new"
    send.save()
    make_message(send, "version-b")
    first, second = synced(send)
    assert first.destination_url == "https://www.example.com/trial"
    assert second.destination_url == "https://www.example.com/new"


def test_a_version_with_its_own_landing_page_leads_there() -> None:
    make_domain()
    send = make_send()
    make_message(send, "version-a")
    own = make_message(send, "version-b", destination_url="https://www.example.com/b")
    assert [link.destination_url for link in synced(send)] == [
        "https://www.example.com/trial",
        "https://www.example.com/b",
    ]
    own.destination_url = ""
    own.save()
    assert {link.destination_url for link in synced(send)} == {"https://www.example.com/trial"}


def test_a_version_whose_own_landing_page_is_no_web_address_is_refused() -> None:
    make_domain()
    send = make_send()
    make_message(send, destination_url="https://user:secret@www.example.com/")
    with pytest.raises(link_rows.DestinationRefusedError, match="password"):
        synced(send)


def test_a_replaced_versions_link_keeps_working_beside_the_new_one() -> None:
    make_domain()
    send = make_send()
    old = make_message(send, "version-a")
    synced(send)
    send.status = Send.Status.LIVE
    send.save()
    old.retired_at = NOW
    old.save()
    new = make_message(send, "version-b", replaces=old, destination_url="https://www.example.com/b")
    current, replaced = synced(send)
    assert (current.message, replaced.message) == (new, old)
    assert current.destination_url == "https://www.example.com/b"
    assert (replaced.status, replaced.destination_url) == ("active", send.destination_url)
    assert current.code != replaced.code


@pytest.mark.parametrize("status", ["done", "cancelled"])
def test_a_send_that_is_over_gets_no_links(status: str) -> None:
    make_domain()
    send = make_send(status=status)
    make_message(send)
    assert synced(send) == []


def test_without_a_domain_a_send_can_still_be_saved() -> None:
    send = make_send()
    make_message(send)
    assert synced(send) == []


def test_a_removed_message_takes_its_link_along() -> None:
    make_domain()
    send = make_send()
    make_message(send)
    synced(send)
    Message.objects.all().delete()
    assert synced(send) == []


def test_a_draft_send_can_be_deleted_with_its_links() -> None:
    make_domain()
    send = make_send()
    make_message(send)
    synced(send)
    send.delete()
    assert not Link.objects.exists()
