"""People as rows: who stands for whom today."""

from django.db.models import QuerySet

from tracking.models import Person

_LONGEST_CHAIN = 50


def current_person(person: Person, people: QuerySet[Person] | None = None) -> Person:
    """Return the person, or the one who took its identities over, however many steps away."""
    latest = person
    for _ in range(_LONGEST_CHAIN):
        successor = latest.merged_into
        if successor is None:
            break
        latest = successor
    if latest is person or people is None:
        return latest
    return people.get(pk=latest.pk)
