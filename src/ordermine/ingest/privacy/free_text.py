"""What counts as free text: columns into which people write sentences, addresses or numbers to call.

Measured on the different values of a column, of which the first `SAMPLE` are looked at:

- at least half of them have three words or more, and at least every fifth filled cell holds another one; a list of
  reasons to choose from has words, too, but repeats itself;
- or the column is called a comment, and one of its values has three words or more;
- or one of all its values looks like an e-mail address, a telephone number or an IBAN.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

SAMPLE: Final = 20_000
WORDS: Final = 3
MANY_WORDS: Final = 0.5
"""Share of the different values that must have `WORDS` words."""
HARDLY_REPEATED: Final = 0.2
"""Least share of different values among the filled cells."""

CALLED_TEXT: Final = re.compile(
    r"comment|remark|\bnotes?\b|notiz|bemerk|kommentar|freitext|free.?text|memo|message|nachricht|betreff|subject"
    r"|remarque|observaci[oó]n",
    re.IGNORECASE,
)

_LETTER = re.compile(r"[^\W\d_]")
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PHONE = (
    # Neither within a longer row of digits in groups, nor right after one.
    r"(?:^\s*|[^\d\s]\s+|[^\w\s+.,-])"
    r"(?:\+\d{1,3}[ ()/.-]?\d[\d ()/.-]{5,}\d|\(?0\d{2,5}\)?[ /]-?[ ]?\d[\d -]{3,}\d)(?:$|[^\w])"
)
_IBAN = r"(?:^|[^\w])([A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)(?:$|[^\w])"
_MAIL_OR_PHONE = f"(?:{_MAIL})|(?:{_PHONE})"


@dataclass(slots=True)
class Sample:
    """The first different values of a column, and what shows that it holds free text."""

    values: dict[str, None] = field(default_factory=dict)
    filled: int = 0
    """Filled cells, counted until the sample is full."""
    personal: bool = False
    """Whether a value looks like an e-mail address, a telephone number or an IBAN."""

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> Sample:
        """Return one sample of several."""
        joint = cls()
        for sample in samples:
            joint.personal = joint.personal or sample.personal
            joint.add(list(sample.values), sample.filled)
        return joint

    @property
    def full(self) -> bool:
        """Whether further values change nothing."""
        return len(self.values) >= SAMPLE

    def add(self, values: Sequence[str], filled: int) -> None:
        """Take in the different values of one batch."""
        if not self.full:
            self.values.update(dict.fromkeys(values))
            self.filled += filled

    def is_free_text(self, called: str) -> bool:
        """Return whether the column is free text."""
        if self.personal:
            return True
        sentences = sum(_words(value) >= WORDS for value in self.values)
        if sentences and CALLED_TEXT.search(called):
            return True
        return sentences > 0 and (
            sentences >= MANY_WORDS * len(self.values) and len(self.values) >= HARDLY_REPEATED * self.filled
        )


def looks_personal(values: pa.Array) -> int:
    """Return how many values look as if they held an e-mail address, a telephone number or an IBAN.

    Parameters
    ----------
    values
        Text.
    """
    import numpy as np
    import pyarrow.compute as pc

    found = np.array(pc.fill_null(pc.match_substring_regex(values, _MAIL_OR_PHONE), False))
    accounts = np.array(pc.fill_null(pc.match_substring_regex(values, _IBAN), False)) & ~found
    for at in np.flatnonzero(accounts).tolist():
        found[at] = any(_is_iban(match[1]) for match in re.finditer(_IBAN, values[at].as_py()))
    return int(np.count_nonzero(found))


def _is_iban(written: str) -> bool:
    """Whether the check digits of an IBAN are right (ISO 13616: modulo 97)."""
    compact = written.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1


def _words(value: str) -> int:
    return sum(_LETTER.search(word) is not None for word in value.split())
