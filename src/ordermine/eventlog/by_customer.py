"""Whether a rejection or a cancellation was the customer's decision or the company's."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CUSTOMER = r"(?:customer|client|buyer|kunden?|cliente?|acheteur)"
_DECIDED = (
    r"(?:s? )?(?:cancel|declin|reject|refus|withdr|chose|choose|changed? (?:his |her |their |its )?mind|want|"
    r"asked|request|has no|no longer|went|lost interest|does ?n.?t|did ?n.?t|"
    r"storniert|lehnt|wunsch|zieht|will|annule|rechaza)"
)
_BY_CUSTOMER = re.compile(
    rf"\b(?:by|durch|par|por|on behalf of)(?: (?:the|den|le|el))? {_CUSTOMER}\b"
    rf"|\bvo[mn] {_CUSTOMER} (?:storniert|abgelehnt|zuruckgezogen|gewunscht|abgesagt)"
    rf"|^{_CUSTOMER}{_DECIDED}|\b{_CUSTOMER}(?:s)? (?:request|wish|decision)\b|\b(?:auf )?kundenwunsch\b"
)


def is_by_customer(activity: str, reason: str | None, department: str | None, actor_type: str | None) -> bool | None:
    """Return whether the customer decided, read off who acted and, failing that, off reason and step; None if unknown.

    It is the company where the reason doesn't name the customer and a department or a person or system acted.
    """
    if actor_type == "customer":
        return True
    if any(_names_customer(text) for text in (reason, activity) if text):
        return True
    acted = department is not None or actor_type not in (None, "unknown")
    return False if acted or reason else None


@lru_cache(maxsize=10_000)
def _names_customer(text: str) -> bool:
    return _BY_CUSTOMER.search(_plain(text)) is not None


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text).casefold())
    return " ".join("".join(sign for sign in letters if not unicodedata.combining(sign)).split())
