"""The key of the pseudonyms: where it comes from, and what it must be."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ordermine.errors import EnvironmentFault, UsageError

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE: Final = "ORDERMINE_KEY"
SHORTEST: Final = 32
"""Bytes that a key must have at least."""
LONGEST: Final = 4096
"""More than this is not a key but another file that was named by mistake."""

MAKE: Final = "make one with: (umask 077; head -c 32 /dev/urandom | base64 > key)"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret; whoever has it can tell which pseudonym stands for a name that they know."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Eight hexadecimal digits that tell keys apart and give nothing of them away."""
        return hashlib.sha256(self.secret).hexdigest()[:8]


def read_key(file: Path | None) -> Key | None:
    """Return the key in a file, else in the environment; None where there is neither.

    Line ends after it don't belong to a key.

    Raises
    ------
    UsageError
        There is no such file, others may read it, or it is no key.
    EnvironmentFault
        It can't be read.
    """
    if file is not None:
        return _checked(_file_content(file), str(file))
    given = os.environb.get(VARIABLE.encode())
    return _checked(given, VARIABLE) if given else None


def _file_content(file: Path) -> bytes:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise UsageError(f"--key-file {file}: no such file", hint=MAKE) from None
    except OSError as error:
        raise EnvironmentFault(f"--key-file {file}: {error.strerror}", hint="check its permissions") from None
    with os.fdopen(descriptor, "rb") as opened:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise UsageError(f"--key-file {file}: not a file", hint=MAKE)
        if mode & 0o077:
            raise UsageError(
                f"--key-file {file}: others than its owner may use it (mode {mode & 0o777:04o})",
                hint=f"close it with: chmod 600 {file}",
            )
        try:
            return opened.read(LONGEST + 1)
        except OSError as error:
            raise EnvironmentFault(f"--key-file {file}: {error.strerror}", hint="check the disk") from None


def _checked(content: bytes, where: str) -> Key:
    if len(content) > LONGEST:
        raise UsageError(f"{where}: more than {LONGEST:,} bytes, which is no key", hint=MAKE)
    stripped = content.rstrip(b"\r\n")
    # Among random bytes, the last may look like a line end.
    secret = stripped if len(stripped) >= SHORTEST else content
    if len(secret) < SHORTEST:
        raise UsageError(f"{where}: {len(secret)} bytes; a key has at least {SHORTEST}", hint=MAKE)
    return Key(secret)
