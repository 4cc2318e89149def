"""Amounts of memory as people write them."""

from __future__ import annotations

import re

from ordermine.errors import UsageError


def memory_bytes(text: str | None) -> int | None:
    """Return bytes from e.g. ``4GB``, ``512MiB`` or ``800M``; None for None."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?\s*", text.upper())
    if not found:
        raise UsageError(f"--memory-limit {text!r}: not an amount of memory", hint="write it as 4GB or 512MB")
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** " KMGT".index(found[2] or " "))
