"""The made-up company: its sends, its customers, and how they came before today.

Everything is drawn from one seeded generator, so that the demo tells the same story each time.
Phone numbers are of the range kept for fiction (555-0100 to 555-0199), e-mail and company
domains end in `.example` (RFC 2606).
"""

import random  # noqa: TID251 - a story that repeats, no secret
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FIRST_NAMES = [
    "Ada",
    "Ben",
    "Carla",
    "Deniz",
    "Elif",
    "Femi",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kaya",
    "Lena",
    "Mateo",
    "Nora",
    "Omar",
    "Priya",
    "Quinn",
    "Rosa",
    "Sven",
    "Tara",
    "Uma",
    "Viktor",
    "Wanda",
    "Xenia",
    "Yara",
    "Zeno",
]
LAST_NAMES = [
    "Abel",
    "Brandt",
    "Castro",
    "Duarte",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Hansen",
    "Ito",
    "Jansen",
    "Klein",
    "Lopez",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Quist",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Ueda",
    "Vargas",
    "Weber",
    "Xu",
    "Yilmaz",
    "Zimmer",
]
COMPANY_WORDS = [
    "Northwind",
    "Brightline",
    "Cobalt",
    "Driftwood",
    "Everpeak",
    "Fieldstone",
    "Granite",
    "Harbor",
    "Ironbridge",
    "Juniper",
    "Kestrel",
    "Lakeshore",
    "Meadow",
    "Nimbus",
    "Oakridge",
    "Pinecrest",
    "Quarry",
    "Riverbend",
    "Summit",
    "Tidewater",
]
COMPANY_KINDS = ["Logistics", "Health", "Software", "Foods", "Energy"]
AREA_CODES = (202, 212, 303, 312, 404, 415, 512, 617, 702, 713, 801, 919)

OTHER_VISITS: tuple[tuple[dict[str, str], str], ...] = (
    ({"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand-search"}, ""),
    ({"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "sales-automation"}, ""),
    ({"utm_source": "linkedin", "utm_medium": "paid-social", "utm_campaign": "ops-leaders"}, ""),
    ({"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "product-news"}, ""),
    ({}, "https://www.google.com/"),
    ({}, "https://news.ycombinator.com/item"),
    ({}, ""),
)


@dataclass(frozen=True, slots=True)
class PlannedSend:
    """A send as the campaign manager plans it."""

    campaign: str
    name: str
    utm_campaign: str
    audience: str
    path: str
    bodies: tuple[str, ...]
    tap_rate: float
    signup_rate: float


@dataclass(slots=True)
class Customer:
    """A person of the story."""

    name: str
    email: str
    phone: str
    company: str
    company_domain: str
    company_id: str
    contact_id: str
    visits: list[tuple[datetime, dict[str, str], str]] = field(default_factory=list)


def planned_sends(now: datetime) -> list[PlannedSend]:
    """Return the sends of this month, each with a name that the convention accepts."""
    month, quarter = f"{now:%B}".lower(), f"q{(now.month - 1) // 3 + 1}"
    stop = " Reply STOP to opt out."
    return [
        PlannedSend(
            "Trial re-engagement",
            f"Trial re-engagement, {month}",
            f"trial-reengagement-{month}",
            "trials-idle",
            "/trial",
            (
                "Your trial is waiting. Pick up where you left off: {link}" + stop,
                "10 minutes to your first report: {link}" + stop,
            ),
            0.42,
            0.16,
        ),
        PlannedSend(
            "Demo invitations",
            f"Demo invite, {quarter}",
            f"demo-invite-{quarter}",
            "ops-leads",
            "/demo",
            ("See it with your own data, book a slot: {link}" + stop,),
            0.33,
            0.22,
        ),
        PlannedSend(
            "Webinar follow-up",
            f"Webinar follow-up, {month}",
            f"webinar-followup-{month}",
            "webinar-guests",
            "/webinar",
            ("Thanks for joining! The replay and the slides: {link}" + stop,),
            0.51,
            0.04,
        ),
    ]


def customers(count: int) -> list[Customer]:
    """Return people with companies, five to eight to a company."""
    draw = random.Random(20)  # noqa: S311
    found = []
    for number in range(count):
        first, last = draw.choice(FIRST_NAMES), draw.choice(LAST_NAMES)
        place = number // 6 % (len(COMPANY_WORDS) * len(COMPANY_KINDS))
        word, kind = COMPANY_WORDS[place // 5], COMPANY_KINDS[place % 5]
        domain = f"{word}-{kind}.example".lower()
        area, rest = AREA_CODES[number // 100 % len(AREA_CODES)], number % 100
        found.append(
            Customer(
                name=f"{first} {last}",
                email=f"{first}.{last}.{number}@{domain}".lower(),
                phone=f"+1{area}55501{rest:02}",
                company=f"{word} {kind}",
                company_domain=domain,
                company_id=str(300_000 + place),
                contact_id=str(100_000 + number),
            )
        )
    return found


def give_history(people: list[Customer], *, now: datetime) -> None:
    """Let five in eight people have visited before, by any channel, in the last twelve weeks.

    Every fifth earlier visit came from a text message of before the short domain: a bare link
    with its UTM values.
    """
    draw = random.Random(21)  # noqa: S311
    for person in people:
        for _ in range(draw.choice((0, 0, 0, 1, 1, 2, 3, 4))):
            at = now - timedelta(minutes=draw.randrange(2 * 1440, 84 * 1440))
            utm, referrer = draw.choice(OTHER_VISITS)
            if draw.random() < 0.2:
                utm, referrer = (
                    {
                        "utm_source": "sms",
                        "utm_medium": "text",
                        "utm_campaign": f"demo-invite-{at:%B}".lower(),
                    },
                    "",
                )
            person.visits.append((at, utm, referrer))
        person.visits.sort(key=lambda visit: visit[0])
