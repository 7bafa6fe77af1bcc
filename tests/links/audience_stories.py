"""What the tests of uploads share: a send that takes people, and files of them."""

import io

from campaigns.models import Send
from links import services
from links.audience_folder import FileChunks
from links.audience_uploads import keep_upload
from links.models import AudienceUpload, Domain
from tests.links.builders import NOW, make_domain, make_message, make_send


def a_send(utm_campaign: str = "demo-invite-q2", **values: object) -> Send:
    """Return a send with a link, which takes recipients."""
    if not Domain.objects.exists():
        make_domain(is_default=True)
    send = make_send(utm_campaign, **values)
    make_message(send)
    services.sync_send_links(send, NOW)
    return send


def numbers(count: int, start: int = 0) -> list[str]:
    """Return so many different phone numbers."""
    return [f"+1415{5550000 + place:07d}" for place in range(start, start + count)]


def a_file(*phones: str) -> bytes:
    """Return a CSV file of these numbers."""
    return "\n".join(("phone", *phones, "")).encode()


def an_upload(send: Send, content: bytes, file_name: str = "audience.csv") -> AudienceUpload:
    """Upload a file, which waits then."""
    return keep_upload(
        send=send, file=FileChunks(io.BytesIO(content)), file_name=file_name, by=None, now=NOW
    )
