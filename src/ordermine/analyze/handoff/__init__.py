"""OM4: what happens between departments."""

from __future__ import annotations
