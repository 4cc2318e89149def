"""Where a PostgreSQL database is: a URL that may not hold a password, completed for the client library."""

from __future__ import annotations

import os
import re
from urllib.parse import parse_qsl

from ordermine.errors import UsageError

SCHEMES = ("postgresql:", "postgres:")
CONNECT_TIMEOUT_S = 10
"""Patience with a server that doesn't answer, unless the URL or PGCONNECT_TIMEOUT says otherwise."""
PASSWORD_HINT = "give the password by PGPASSWORD, or by a file that only you can read: ~/.pgpass, PGPASSFILE, PGSERVICE"
SECRET_OPTIONS = ("password", "sslpassword", "oauth_client_secret")


def is_address(export: str) -> bool:
    """Return whether an argument names a PostgreSQL database instead of a file."""
    return export.startswith(SCHEMES)


def connection_url(address: str) -> str:
    """Return the URL for the client library; what it leaves out, such as host or user, comes from the PG* variables.

    Raises
    ------
    UsageError
        It holds a password, or isn't such a URL. The message repeats nothing of it.
    """
    found = re.fullmatch(r"postgres(?:ql)?://(?P<place>[^?]*)(?:\?(?P<options>.*))?", address, re.DOTALL)
    if found is None:
        raise UsageError(
            "not a PostgreSQL URL", hint="e.g. postgresql://USER@HOST/DATABASE; the rest from PG* variables"
        )
    place, options = found["place"], dict(parse_qsl(found["options"] or "", keep_blank_values=True))
    user, at, _ = place.rpartition("@")
    # A user, a host and a port hold no colon but the one between host and port: after an @ it separates a password.
    if (at and ":" in user) or "@" in (found["options"] or "") or any(options.get(name) for name in SECRET_OPTIONS):
        raise UsageError(
            "a password in the URL would stand in the shell's history and in the list of processes",
            hint=f"{PASSWORD_HINT}; and change this one if others could see it",
        )
    hosts = place.rpartition("@")[2].partition("/")[0]
    if not all(re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(:\d*)?", host) for host in hosts.split(",")):
        raise UsageError(
            "the URL's host and port can't be understood", hint="e.g. postgresql://USER@HOST:5432/DATABASE"
        )
    added = {"client_encoding": "UTF8", "fallback_application_name": "ordermine"}
    if "PGCONNECT_TIMEOUT" not in os.environ and "connect_timeout" not in options:
        added["connect_timeout"] = str(CONNECT_TIMEOUT_S)
    joiner = "&" if found["options"] else "" if address.endswith("?") else "?"
    return address + joiner + "&".join(f"{name}={value}" for name, value in added.items())
