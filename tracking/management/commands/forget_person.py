"""`manage.py forget_person ID`: erase a person; the totals stay."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracking.erasure import PersonAlreadyErasedError, erase_person
from tracking.models import Person


class Command(BaseCommand):
    """Exit status: 0 done, 1 no such person or done before, 2 not an id."""

    help = "Erase everything that names a person. Touches, events and credit stay, nameless."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the person's id, as the admin and the API show it."""
        parser.add_argument("id", type=UUID, help="the person's id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase and say what was cleared."""
        person = Person.objects.filter(pk=options["id"]).first()
        if person is None:
            raise CommandError(f"There is no person {options['id']}.", returncode=1)
        try:
            erasure = erase_person(person=person, now=timezone.now())
        except PersonAlreadyErasedError as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(
            f"Forgotten: {erasure.identities} identities, {erasure.recipient_links} recipient "
            f"links, {erasure.events} events, {erasure.touches} touches, {erasure.others} other "
            "rows. A CRM that still has this contact will bring it back as somebody new."
        )
