"""A small export, and a log of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXPORT = """order,activity,timestamp,department,user
1,Enter,2026-01-01T08:00:00Z,Sales,u1
1,Ship,2026-01-01T09:00:00Z,Ops,u2
1,Enter,2026-01-02T09:00:00Z,Sales,u1
2,Enter,2026-01-03T08:00:00Z,Sales,u1
2,Cancel,2026-01-03T08:00:00Z,,u3
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Return an exported file, `orders.csv` in the working folder."""
    path = tmp_path / "orders.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


@pytest.fixture
def log(ordermine: Callable[..., Any], export: Path) -> str:
    """Return the name of a log of `orders.csv` in the working folder."""
    assert ordermine("ingest", export.name, "-o", "log", "-q").code == 0
    return "log"
