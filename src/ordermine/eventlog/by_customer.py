"""Whether a rejection or a cancellation was the customer's decision or the company's."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CUSTOMER = r"(?:customer|client|buyer|kunden?|cliente?|acheteur|comprador)"
_DECIDED = (
    r"(?:s? )?(?:(?:has|have|had|hat|a|ha) )?"
    r"(?:cancel|declin|reject|refus|withdr|chose|choose|chang\w* (?:his |her |their |its )?mind|want|asked|request|"
    r"has no (?:budget|need|interest|use|money)|no longer (?:want|need|interest)|went|lost interest|"
    r"(?:does|did) ?n.?t (?:want|need|accept|agree|like)|(?:does|did) not (?:want|need|accept|agree|like)|"
    r"storn|abgesagt|abgelehnt|abgebrochen|zuruckgezogen|zuruckgetreten|tritt zuruck|lehnt|wunsch|zieht|will|mochte|"
    r"verzichte|kein(?:en?)? (?:interesse|bedarf)|"
    r"annul|rejet|retir|renonc|demand|souhait|change d avis|ne veut|"
    r"anul|rechaz|desist|renunci|solicit|no quiere|ya no)"
)
_DESK = r"(?:service|care|support|success|relations|experience|desk|team|operations|office|master|account)"
"""Words that make a department, or data, of the customer."""
_BY_CUSTOMER = re.compile(
    rf"\b(?:by|durch|par|por|on behalf of)(?: (?:the|den|le|el))? {_CUSTOMER}\b(?! {_DESK})"
    rf"|\bvo[mn] {_CUSTOMER} (?:storniert|abgelehnt|zuruckgezogen|gewunscht|abgesagt)"
    rf"|^(?:(?:the|der|le|el) )?{_CUSTOMER}{_DECIDED}|\b{_CUSTOMER}(?:s)? (?:request|wish|decision)\b"
    r"|\b(?:auf )?kundenwunsch\b|\bauf wunsch des kunden\b|\bkundenseitig\b|\bkundenstorno\b"
    r"|\b(?:demande|decision|souhait|initiative) du client\b|^(?:annulation|refus|desistement) (?:du )?client$"
    r"|\b(?:peticion|solicitud|deseo|decision|desistimiento) del cliente\b"
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
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(re.sub(r"(?<=[dl])['’]", " ", bare).split())
