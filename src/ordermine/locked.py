"""What every DuckDB that is opened may not do: one place, since a lock with a gap is none.

Two more settings follow once a connection has all it needs: `enable_external_access` and `lock_configuration`.
"""

from __future__ import annotations

from typing import Any, Final

LOCKED: Final[dict[str, Any]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}
