"""Exported files to canonical events; nothing is lost on the way."""

from __future__ import annotations
