"""Exports that aren't event rows, as event rows: every shape is a query over the exported table."""

from __future__ import annotations
