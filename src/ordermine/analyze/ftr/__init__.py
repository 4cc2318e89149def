"""First-time-right: orders that needed no second attempt."""

from __future__ import annotations
