"""Does a text say how to opt out? The words people use for it, by language. Pure."""

import re
from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "en": ("stop", "opt out", "opt-out", "optout", "unsubscribe"),
    "de": ("stopp", "abmelden", "abmeldung", "abbestellen", "austragen"),
    "fr": ("se désabonner", "désabonner", "désabonnement", "désinscrire", "désinscription"),
    "es": ("de baja", "baja al", "envía baja", "envíe baja", "responde baja", "responda baja"),
}
EXAMPLE = "Reply STOP to opt out"
_ANY = re.compile(
    rf"(?<!\w)(?:{'|'.join(re.escape(word) for words in WORDS.values() for word in words)})(?!\w)"
)


def says_how_to_opt_out(text: str) -> bool:
    """Say whether the text has one of the words, as a word of its own."""
    return _ANY.search(" ".join(text.casefold().split())) is not None
