"""The log to findings: one analyzer, one file. Start at `registry.py`."""

from __future__ import annotations
