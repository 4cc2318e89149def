"""OM0: whether this log is fit to measure."""

from __future__ import annotations
