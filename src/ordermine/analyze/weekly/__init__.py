"""The numbers of the weekly report, from an open log and the report before. Start at `report.py`."""

from __future__ import annotations
