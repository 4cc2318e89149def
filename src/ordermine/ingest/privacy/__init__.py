"""Names to pseudonyms while an export is read, so that no raw value ever reaches the log: start at `survey.py`."""

from __future__ import annotations
