"""People as rows: who stands for whom today."""

from django.db.models import QuerySet

from tracking.models import Person

_LONGEST_CHAIN = 50


def current_person(person: Person, people: QuerySet[Person] | None = None) -> Person:
    """Return the person, or the one who took its identities over, however many steps away."""
    rows = Person.objects.all() if people is None else people
    for _ in range(_LONGEST_CHAIN):
        if person.merged_into_id is None:
            break
        person = rows.get(pk=person.merged_into_id)
    return person
