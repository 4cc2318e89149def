"""OM5: what becomes of orders."""

from __future__ import annotations
