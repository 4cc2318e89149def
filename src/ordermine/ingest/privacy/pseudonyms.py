"""Values to pseudonyms: ``Anna Berg`` → ``resource-f5kxq2…``, the same for the same key, name and value everywhere."""

from __future__ import annotations

import base64
import hmac
import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ordermine.ingest.privacy.key import Key

BYTES: Final = 10
"""80 bits of the code: the odds that two of a million names share a pseudonym are below one in a trillion."""

PSEUDONYM: Final = re.compile(r"(?<!\w)\w+-[a-z2-7]{16}(?![^\W_])")

TEXT: Final = "text"
"""Name under which whole free texts are pseudonymised."""


class Pseudonyms:
    """Makes pseudonyms under one key."""

    def __init__(self, key: Key) -> None:
        self._secret = key.secret

    def of(self, name: str, value: str) -> str:
        """Return the pseudonym of a value.

        It is the name and the first 80 bits, in base 32, of HMAC-SHA256 over ``ordermine/v1|name|value``; the value is
        taken in Unicode's composed form (NFC), so that it doesn't matter how an accent was typed.

        Parameters
        ----------
        name
            What kind of value it is: a source key, or `label` of a column.
        value
            As exported.
        """
        message = f"ordermine/v1|{name}|{composed(value)}".encode("utf-8", "surrogatepass")
        code = hmac.digest(self._secret, message, "sha256")[:BYTES]
        return f"{name}-{base64.b32encode(code).decode().lower()}"


def composed(value: str) -> str:
    """Return a value in Unicode's composed form."""
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def label(column: str) -> str:
    """Return the name by which pseudonyms say which column they are from.

    >>> label("Kunden-Nr."), label("Account Owner")
    ('kunden_nr', 'account_owner')
    """
    return re.sub(r"[\W_]+", "_", composed(column.casefold())).strip("_") or "column"
