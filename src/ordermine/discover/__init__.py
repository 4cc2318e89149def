"""The log to models and maps: what really happens to an order."""

from __future__ import annotations
