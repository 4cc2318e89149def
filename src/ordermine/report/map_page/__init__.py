"""The interactive map: one self-contained page, or the same map as a part of another page. Start at ``page.py``."""

from __future__ import annotations
