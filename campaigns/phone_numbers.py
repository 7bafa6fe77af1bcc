"""Phone numbers: one form (E.164), masked for most eyes, hashed where only equality counts. Pure."""

import hashlib
import hmac

import phonenumbers


class InvalidPhoneError(ValueError):
    """The text is no phone number that could exist."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text[:40]}” is not a phone number; write it like +14155550123.")


def normalise_phone(text: str, region: str = "US") -> str:
    """Return the E.164 form; numbers without a country code are read as of `region`.

    A number counts when its length and country are possible: test ranges such as 555-01xx
    are let through, because number plans change faster than the library's tables.

    Raises:
        InvalidPhoneError: no country code known, too short, too long, or no number at all.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhoneError(text) from error
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise InvalidPhoneError(text)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def mask_phone(e164: str) -> str:
    """Return the number with only its last two digits readable: `+•••••••••23`."""
    return "+" + "•" * max(len(e164) - 3, 0) + e164[-2:] if e164 else ""


def hash_phone(e164: str, key: str) -> str:
    """Return the hexadecimal HMAC-SHA256 of a number: equal numbers match, none can be read."""
    return hmac.new(key.encode(), e164.encode(), hashlib.sha256).hexdigest()
