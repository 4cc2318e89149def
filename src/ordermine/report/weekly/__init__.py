"""The weekly report for people and machines: one page, Markdown, JSON, CSV. Start at `files.py`."""

from __future__ import annotations
