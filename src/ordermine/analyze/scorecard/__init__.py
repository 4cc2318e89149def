"""The scorecard: nine areas, one card for all departments."""

from __future__ import annotations
