"""OM2: how long things take."""

from __future__ import annotations
