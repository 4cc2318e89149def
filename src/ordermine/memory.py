"""Amounts of memory as people write them, and whether there is enough address space to begin."""

from __future__ import annotations

import re

from ordermine.errors import EnvironmentFault, UsageError

LEAST_ADDRESS_SPACE = 4 << 30
"""Bytes of address space, most of which is never used, without which Arrow, DuckDB and their threads crash."""


def memory_bytes(text: str | None) -> int | None:
    """Return bytes from e.g. ``4GB``, ``512MiB`` or ``800M``; None for None."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?\s*", text.upper())
    if not found:
        raise UsageError(f"--memory-limit {text!r}: not an amount of memory", hint="write it as 4GB or 512MB")
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** " KMGT".index(found[2] or " "))


def check_address_space() -> None:
    """Raise EnvironmentFault where the system allows this process too little: it would crash instead of failing."""
    import resource

    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    if allowed != resource.RLIM_INFINITY and allowed < LEAST_ADDRESS_SPACE:
        raise EnvironmentFault(
            f"not enough memory: of {LEAST_ADDRESS_SPACE >> 20:,} MB of address space {allowed >> 20:,} are allowed",
            hint="raise the limit (ulimit -v unlimited), and limit what is used with --memory-limit",
        )
