"""Believable logs with known answers."""

from __future__ import annotations
