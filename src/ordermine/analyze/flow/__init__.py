"""OM1: the order of steps, and steps done again."""

from __future__ import annotations
