"""OM6: where errors start."""

from __future__ import annotations
